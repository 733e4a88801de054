"""The real policy as one exact DuckDB query written by hand: the yardstick of bench_bulk.

All columns of the bulk output but `missing`; `open` stands where three-valued logic settles nothing.
Only for measuring: the policy itself lives in rulesets/licheng-2010.
"""

LICHENG_BY_HAND = """
create or replace table by_hand_written as
with facts as (
  select *, year(apply_date) as aid_year,
    cast(income_year * 100 as bigint) < household_size *
      case hukou when 'urban' then 432000 when 'rural' then 180000 end as below_line
  from $source
), first as (
  select *,
    sudden_major_accident and (loss_life_safety or loss_property) and below_line as major_accident,
    sudden_major_illness and not has_social_security and not medical_affordable as major_illness,
    not has_labor_capacity and not has_income_source and not has_statutory_supporter as three,
    (cause_illness or cause_disaster or cause_accident) and below_line as misfortune,
    prev_aid_type <> 'none' and prev_aid_year = aid_year as repeated
  from facts
), second as (
  select *,
    apply_type = 'sudden' and (cause_illness or sudden_major_illness) and below_line
      and not major_accident and not major_illness as poor,
    repeated and special_explanation and key_aid_approved in ('pending', 'yes') as priority
  from first
), third as (
  select *, poor and not special_report as rerouted, poor and special_report as reported,
    apply_type = 'living' as living, apply_type = 'sudden' and not poor as sudden
  from second
), fourth as (
  select *,
    not (member_status in ('full', 'probationary')) or not org_in_district as x1,
    excl_subjective_cause as x2, illegal_activity and police_punished as x3,
    excl_org_unsuitable as x4,
    living and not three and not misfortune and not other_special_claimed as x5,
    sudden and not major_accident and not major_illness and not other_urgent_claimed as x6,
    apply_type = 'sudden' and not rerouted and same_event_aided as x7,
    repeated and not (special_explanation and key_aid_approved = 'yes')
      and not (special_explanation and key_aid_approved = 'pending') as x8,
    repeated and special_explanation and key_aid_approved = 'pending' as pending,
    living and other_special_claimed and not three and not misfortune as special_counted,
    sudden and other_urgent_claimed and not major_accident and not major_illness as urgent_counted,
    sudden_major_accident and accident_result in ('severe_injury_disability', 'death') as severe,
    sudden_major_accident and loss_property or sudden_major_illness as major
  from third
), fifth as (
  select *, x1 or x2 or x3 or x4 or x5 or x6 or x7 or x8 as refused,
    case when living then case
        when three or misfortune then
          case when pending then 'discretionary' when not pending then 'eligible' end
        when other_special_claimed then 'discretionary' end
      when rerouted then case when pending then 'discretionary' when not pending then 'eligible' end
      when reported then 'discretionary'
      when sudden then case
        when major_accident or major_illness then
          case when pending then 'discretionary' when not pending then 'eligible' end
        when other_urgent_claimed then 'discretionary' end
    end as positive
  from fourth
), sixth as (
  select *, case when refused then 'ineligible' when not refused then positive end as result,
    living or rerouted as living_category,
    case when severe then 1 when not severe then case when major then 2 when not major then 3 end
      end as tier
  from fifth
)
select file_row_number as "row",
  case when result is null or result <> 'ineligible' and not living_category and tier is null
    then 'open' else result end as outcome,
  case when result = 'ineligible' then 'none' when living_category then 'living' else 'sudden' end
    as category,
  case when result = 'ineligible' then '' else concat_ws(';',
    case when living and three then '2.1.1' end,
    case when living and misfortune or rerouted then '2.1.2' end,
    case when special_counted then '2.1.3' end, case when reported then '3.3.2' end,
    case when sudden and major_accident then '2.2.1' end,
    case when sudden and major_illness then '2.2.2' end,
    case when urgent_counted then '2.2.3' end) end as grounds,
  case when x1 then '2.0'
    when x2 or x3 or x4 then concat_ws(';', case when x2 then '2.3.1' end,
      case when x3 then '2.3.2' end, case when x4 then '2.3.3' end)
    when x5 then '2.1' when x6 then '2.2' when x7 then '3.2' when x8 then '3.3.1' else '' end
    as denials,
  case when result = 'ineligible' then '' else concat_ws(';',
    case when living or rerouted then 'annex_1' end,
    case when apply_type = 'sudden' and not rerouted then 'annex_2' end,
    case when sudden_major_accident or cause_accident or cause_disaster then 'accident_proof' end,
    case when cause_illness or sudden_major_illness
      or sudden_major_accident and accident_result <> 'none' then 'diagnosis' end,
    case when reported then 'special_written_report' end,
    case when priority then 'special_explanation' end,
    case when urgent_counted then 'committee_application' end) end as evidence,
  case when result = 'ineligible' then ''
    when living or rerouted then 'branch_review;branch_seal;committee_seal;dept_approve'
    else 'branch_seal;committee_seal;dept_review;ministers_meeting' end as approvals,
  case when result = 'ineligible' then '' else concat_ws(';',
    case when apply_type = 'sudden' and not rerouted then 'ministers_meeting' end,
    case when priority then 'key_aid_approval' end,
    case when reported then 'special_report' end,
    case when rerouted then 'reroute_living' end,
    case when special_counted then 'dept_recognition' end) end as escalations,
  case when result <> 'ineligible' and living_category then 'fixed' end as "living_aid.mode",
  case when result <> 'ineligible' and living_category then 60000::bigint end as "living_aid.fen",
  null::bigint as "living_aid.min_fen", null::bigint as "living_aid.max_fen",
  case when result <> 'ineligible' and not living_category then
    case tier when 1 then 'cap' when 2 then 'range' else 'discretion' end end as "sudden_aid.mode",
  null::bigint as "sudden_aid.fen",
  case when result <> 'ineligible' and not living_category then
    case tier when 1 then 1 when 2 then 100000 else 1 end::bigint end as "sudden_aid.min_fen",
  case when result <> 'ineligible' and not living_category then
    case tier when 1 then 300000 when 2 then 200000 end::bigint end as "sudden_aid.max_fen",
  '' as error
from sixth
"""
