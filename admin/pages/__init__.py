"""Pages of applications and of the lists on their road. Each module has `install(app, frame)`,
which registers its blueprint, its sidebar entry and its panels."""

from __future__ import annotations

from flask import Flask
from flask_admin import Admin


def install(app: Flask, frame: Admin) -> None:
    """Bind every page module, in the order of the sidebar. Imported late: they use the tables."""
    from admin.pages import (
        account_checks,
        applications,
        attachments,
        bank_files,
        branch_papers,
        case_notes,
        case_numbers,
        cases,
        check_visits,
        checks,
        circulations,
        figures,
        filings,
        funds,
        hardship,
        imports,
        inbox,
        journal,
        known,
        list_files,
        meetings,
        messages,
        minutes,
        notice_board,
        notices,
        objections,
        orders,
        pair_matches,
        panels,
        paper_checks,
        papers,
        payee,
        payments,
        policy_settings,
        receipts,
        reconciling,
        recoveries,
        register,
        reports,
        round_steps,
        rounds,
        screening_files,
        screenings,
        transfers,
        whole_lists,
    )

    messages.install()
    for page in (
        *(
            applications,
            rounds,
            round_steps,
            cases,
            case_notes,
            case_numbers,
            payee,
            known,
            register,
            attachments,
            paper_checks,
            circulations,
            papers,
            orders,
            branch_papers,
            meetings,
            minutes,
            notices,
            notice_board,
            objections,
        ),
        *(
            filings,
            screenings,
            screening_files,
            transfers,
            payments,
            receipts,
            account_checks,
            imports,
        ),
        *(inbox, funds, journal, reconciling, recoveries, bank_files),
        *(figures, panels, policy_settings),
        *(hardship, checks, check_visits, pair_matches, reports, list_files, whole_lists),
    ):
        page.install(app, frame)
