// Forms: sent once, never lost without a word, saved by themselves where the server takes drafts.
// Nothing that was typed stays in the browser.
(function () {
  "use strict";
  var token = document.querySelector('meta[name="csrf-token"]').content;
  var words = document.body.dataset;
  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  // -- what went wrong is where the eye and the screen reader are
  var focus = document.querySelector("[data-focus]") || document.querySelector(".note-danger[role=alert]");
  if (focus) {
    if (!focus.hasAttribute("tabindex")) { focus.tabIndex = -1; }
    focus.focus();
  }

  // -- a form is sent once
  all("form[method=post]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      form.classList.add("is-sent");
      mark(form, false);
      window.setTimeout(function () { delete form.dataset.sent; form.classList.remove("is-sent"); }, 8000);
    });
  });

  // -- leaving with unsaved changes asks first: every form of the page, but for choosing rows in a
  // list and single buttons; data-guard takes one in, data-no-guard leaves one out
  function guarded(form) {
    if (form.hasAttribute("data-guard")) { return true; }
    return !form.matches("[data-selection], [data-no-guard], .inline-form") && !form.closest("details.menu, dialog");
  }
  function mark(form, changed) {
    form.classList.toggle("is-changed", changed);
    var buttons = form.querySelector(".form-buttons");
    if (!buttons) { return; }
    var said = buttons.querySelector("[data-unsaved]");
    if (changed && !said) {
      said = document.createElement("span");
      said.setAttribute("data-unsaved", "");
      said.className = "unsaved soft";
      said.textContent = words.unsaved || "";
      buttons.appendChild(said);
    } else if (!changed && said) { said.remove(); }
  }
  all("main form[method=post]").filter(guarded).forEach(function (form) {
    ["input", "change"].forEach(function (name) {
      form.addEventListener(name, function () { mark(form, true); });
    });
    if (form.querySelector(".has-fault")) { mark(form, true); } // typed, refused, not stored
  });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form.is-changed")) { event.preventDefault(); event.returnValue = ""; }
  });

  // -- Ctrl-S presses the button that saves
  document.addEventListener("keydown", function (event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") { return; }
    var form = document.activeElement.closest && document.activeElement.closest("main form[method=post]");
    form = form || document.querySelector("main form.is-changed");
    var button = form && form.querySelector("button.btn-primary:not([type=button])");
    if (button) { event.preventDefault(); button.click(); }
  });

  // -- drafts: <form data-autosave="URL"> is posted there as it stands, every 20 seconds if it has
  // changed. The answer is JSON: {saved: "words", fields: {hidden input: new value}}; a refusal is
  // {error: "words"}, and after 409 (somebody else was faster) nothing is sent any more.
  all("form[data-autosave]").forEach(function (form) {
    var seconds = Number(form.dataset.autosaveSeconds) || 20;
    var changes = 0, sent = 0, busy = false, stopped = false;
    var said = form.querySelector("[data-autosave-said]");
    if (!said) {
      said = document.createElement("span");
      said.className = "autosave-said soft";
      (form.querySelector(".form-buttons") || form).appendChild(said);
    }
    said.setAttribute("role", "status");
    ["input", "change"].forEach(function (name) {
      form.addEventListener(name, function () { changes += 1; });
    });
    function body() {
      var data = new FormData(form);
      all("input[type=file]", form).forEach(function (input) { data.delete(input.name); });
      return data;
    }
    function say(text, bad) { said.textContent = text || ""; said.classList.toggle("is-bad", Boolean(bad)); }
    function save() {
      if (stopped || busy || changes === sent || form.dataset.sent) { return; }
      var now = changes;
      busy = true;
      fetch(form.dataset.autosave, { method: "POST", body: body(), headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" } })
        .then(function (answer) {
          return answer.json().catch(function () { return {}; }).then(function (data) {
            if (!answer.ok) {
              stopped = answer.status === 409 || answer.status === 401 || answer.status === 403;
              say(data.error || words.autosaveFailed, true);
              return;
            }
            Object.keys(data.fields || {}).forEach(function (name) {
              var field = form.elements.namedItem(name);
              if (field && field.type === "hidden") { field.value = data.fields[name]; }
            });
            sent = now;
            if (changes === now) { mark(form, false); }
            say(data.saved, false);
          });
        })
        .catch(function () { say(words.autosaveFailed, true); })
        .then(function () { busy = false; });
    }
    window.setInterval(save, seconds * 1000);
    document.addEventListener("visibilitychange", function () { if (document.hidden) { save(); } });
  });

  // -- rows that can be added: <div data-rows> with a <template> and a button [data-add]
  all("[data-rows]").forEach(function (box) {
    var model = box.querySelector("template");
    var add = box.querySelector("[data-add]");
    var place = box.querySelector("[data-place]");
    var number = Number(box.dataset.next || "0");
    if (!model || !add) { return; }
    function changed() { place.dispatchEvent(new Event("change", { bubbles: true })); }
    add.addEventListener("click", function () {
      var holder = document.createElement("template");
      holder.innerHTML = model.innerHTML.replace(/__n__/g, String(number));
      number += 1;
      place.appendChild(holder.content);
      var last = place.lastElementChild;
      var input = last && last.querySelector("input, select, textarea");
      if (input) { input.focus(); }
      changed();
    });
    box.addEventListener("click", function (event) {
      var drop = event.target.closest("[data-drop]");
      if (drop) { drop.closest("[data-row]").remove(); changed(); }
    });
  });
})();
