// Pages of applications. Everything works without it; with it, boxes grow, fields that do not
// matter are hidden, and the check beside the form follows what is typed.
(function () {
  "use strict";
  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function tokenOf() { return document.querySelector('meta[name="csrf-token"]').content; }

  // -- a text box as high as its text
  function fit(box) { box.style.height = "auto"; box.style.height = (box.scrollHeight + 2) + "px"; }
  document.addEventListener("input", function (event) {
    if (event.target.matches && event.target.matches("textarea.grow")) { fit(event.target); }
  });
  all("textarea.grow").forEach(function (box) { if (box.value) { fit(box); } });

  // -- tick a whole list; the sum of what is ticked
  all("[data-batch]").forEach(function (table) {
    var every = table.querySelector("[data-every]");
    var boxes = all("input[name=pick]", table);
    var said = (table.closest("form") || document).querySelector(".picked");
    var count = said && said.querySelector("[data-picked-count]"), total = said && said.querySelector("[data-picked-fen]");
    function show() {
      var chosen = boxes.filter(function (box) { return box.checked; });
      if (every) {
        every.checked = chosen.length > 0 && chosen.length === boxes.length;
        every.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
      }
      if (count) { count.textContent = String(chosen.length); }
      if (total) {
        var fen = chosen.reduce(function (sum, box) { return sum + Number(box.dataset.fen || 0); }, 0);
        total.textContent = total.dataset.pickedFen.replace("{}", Math.floor(fen / 100).toLocaleString("en-US") + "." + String(fen % 100).padStart(2, "0"));
      }
    }
    if (every) { every.addEventListener("change", function () { boxes.forEach(function (box) { box.checked = every.checked; }); show(); }); }
    boxes.forEach(function (box) { box.addEventListener("change", show); });
    show();
  });

  // -- the answer of the first ticked row for all ticked rows below it
  function copy(from, to) {
    all("input, select, textarea", from).forEach(function (source, i) {
      var target = all("input, select, textarea", to)[i];
      if (!target || target.type !== source.type) { return; }
      if (/^(radio|checkbox)$/.test(source.type)) { target.checked = source.checked; }
      else { target.value = source.value; }
      target.dispatchEvent(new Event("input", { bubbles: true }));
      target.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  all("[data-down]").forEach(function (button) {
    button.addEventListener("click", function () {
      var rows = all("tbody tr", button.closest("table")).filter(function (row) {
        return row.querySelector("input[name=pick]:checked");
      });
      var cells = rows.map(function (row) { return row.querySelector('[data-column="' + button.dataset.down + '"]'); });
      cells.slice(1).forEach(function (cell) { copy(cells[0], cell); });
    });
  });

  // -- a file is sent beside a form that has been typed in: only the cards that `data-beside` names,
  // the first of them the form's own, are taken from the answer, so that nothing typed is lost. The
  // versions stay: a file raises none, so another one is somebody else's change, to be shown
  function takeOver(page, form) {
    var selectors = form.dataset.beside.split(" "), own = document.querySelector(selectors[0]);
    var fresh = page.querySelector(selectors[0]);
    if (!fresh) { return false; }
    selectors.slice(1).forEach(function (selector) {
      var before = document.querySelector(selector), after = page.querySelector(selector);
      if (before && after) { before.replaceWith(document.adoptNode(after)); }
    });
    all("main > .note[role]").forEach(function (note) { note.remove(); });
    var said = all("main > .note[role]", page);
    own.replaceWith(document.adoptNode(fresh));
    said.reverse().forEach(function (note) { note.tabIndex = -1; fresh.prepend(document.adoptNode(note)); });
    if (said.length) { fresh.firstElementChild.focus(); }
    return true;
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-beside]") || form.dataset.sent || form.dataset.alone) { return; }
    if (form.dataset.onItsWay) { event.preventDefault(); return; } // a card taken over is sent once too
    if (!all("form.is-changed").some(function (other) { return other !== form; })) { return; }
    event.preventDefault();
    form.dataset.onItsWay = "yes";
    fetch(form.action, { method: "POST", body: new FormData(form) })
      .then(function (answer) { return answer.text(); })
      .then(function (html) { return takeOver(new DOMParser().parseFromString(html, "text/html"), form); })
      .catch(function () { return false; })
      .then(function (done) { // sent as always: the browser asks before anything typed is lost
        if (!done) { delete form.dataset.sent; form.dataset.alone = "yes"; form.requestSubmit(); }
      });
  }, true);

  // -- "no" for every question of a section that is seen and not answered yet
  all("[data-rest-no]").forEach(function (button) {
    button.addEventListener("click", function () {
      all("fieldset.radios", button.closest("section")).forEach(function (group) {
        var no = group.querySelector('input[type=radio][value="no"]');
        var chosen = group.querySelector("input[type=radio]:checked");
        if (!no || group.offsetParent === null || (chosen && chosen.value !== "")) { return; }
        no.checked = true;
        no.dispatchEvent(new Event("input", { bubbles: true }));
        no.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
  });

  // -- fields that nothing typed so far demands are put away here, so that a page without this has all
  all("[data-waits]").forEach(function (item) { item.hidden = true; });

  // -- the check beside a form
  all("form[data-live]").forEach(function (form) {
    var place = document.querySelector("[data-live-answer]");
    var timer = 0, asked = 0;
    function ask() {
      var mine = ++asked;
      fetch(form.dataset.live, { method: "POST", body: new FormData(form), headers: { "X-CSRFToken": tokenOf(), "X-Requested-With": "fetch" } })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (data) {
          if (!data || mine !== asked) { return; }
          all("[data-fact]", form).forEach(function (item) {
            var idle = data.hidden.indexOf(item.dataset.fact.replace(/^fact-/, "")) >= 0;
            if (!idle || !item.contains(document.activeElement)) { item.hidden = idle; }
          });
          all("[data-section]", form).forEach(function (section) {
            section.hidden = !section.querySelector(".known-box") && all("[data-fact]", section).every(function (item) { return item.hidden; });
          });
          all("[data-from-sheet]", form).forEach(function (item) {
            var now = (data.known || {})[item.dataset.fromSheet];
            if (!now) { return; }
            item.classList.toggle("unknown", !now[1]);
            item.querySelector("[data-value]").textContent = now[0];
            item.querySelector("[data-why]").textContent = now[2];
            item.querySelector("[data-why]").hidden = !now[2];
          });
          if (!place) { return; }
          var open = all("details[open] .rule-title", place).map(function (title) { return title.textContent; });
          place.innerHTML = data.html;
          all("[data-live-verdict]", form).forEach(function (line) {
            line.textContent = all(".verdict, [data-benefit]", place).map(function (one) { return one.textContent; }).join(" · ");
          });
          all("details", place).forEach(function (one) {
            var title = one.querySelector(".rule-title");
            if (title && open.indexOf(title.textContent) >= 0) { one.open = true; }
          });
        });
    }
    ["input", "change"].forEach(function (name) {
      form.addEventListener(name, function () { window.clearTimeout(timer); timer = window.setTimeout(ask, 400); });
    });
  });
})();
