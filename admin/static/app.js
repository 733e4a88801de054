// Small conveniences. Every page works without it, but for looking up a person in a long list.
(function () {
  "use strict";
  var token = document.querySelector('meta[name="csrf-token"]').content;

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  // -- sidebar on a narrow screen, menus
  var toggle = document.querySelector("[data-toggle-side]");
  if (toggle) {
    toggle.addEventListener("click", function () {
      var open = document.body.classList.toggle("side-open");
      toggle.setAttribute("aria-expanded", String(open));
      if (open) { var first = document.querySelector(".side a"); if (first) { first.focus(); } }
    });
  }
  document.addEventListener("click", function (event) {
    all("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
    if (document.body.classList.contains("side-open") && event.target.classList.contains("main")) {
      toggle.click();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    all("details.menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    if (document.body.classList.contains("side-open")) { toggle.click(); toggle.focus(); }
  });

  // -- the sidebar stands where its open entry is seen
  var here = document.querySelector(".side [aria-current]");
  if (here) {
    var side = here.closest(".side");
    var below = here.offsetTop + here.offsetHeight - side.clientHeight;
    if (below > 0) { side.scrollTop = below + 24; }
  }

  // -- selection in a list
  all("[data-selection]").forEach(function (form) {
    var boxes = all("input[name=rowid]", form);
    var every = form.querySelector("[data-every]");
    var bar = form.querySelector("[data-bar]");
    var count = form.querySelector("[data-count]");
    function show() {
      var chosen = boxes.filter(function (box) { return box.checked; }).length;
      if (count) { count.textContent = String(chosen); }
      if (bar) { bar.classList.toggle("has-selection", chosen > 0); }
      if (every) {
        every.checked = chosen > 0 && chosen === boxes.length;
        every.indeterminate = chosen > 0 && chosen < boxes.length;
      }
    }
    if (every) {
      every.addEventListener("change", function () {
        boxes.forEach(function (box) { box.checked = every.checked; });
        show();
      });
    }
    boxes.forEach(function (box) { box.addEventListener("change", show); });
    show();
  });

  // -- dialogs: <button data-dialog="id"> opens <dialog id>; it may stand open for pages without a
  // script and is then marked data-closed
  all("dialog[data-closed]").forEach(function (dialog) {
    dialog.removeAttribute("open");
    dialog.removeAttribute("data-closed");
  });
  all("[data-dialog]").forEach(function (button) {
    var dialog = document.getElementById(button.dataset.dialog);
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", function () {
      dialog.showModal();
      var first = dialog.querySelector("input:not([type=hidden]), select");
      if (first) { first.focus(); }
    });
  });
  all("dialog").forEach(function (dialog) {
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog || event.target.closest("[data-close]")) { dialog.close(); }
    });
  });

  // -- a select that sends its form at once
  all("select[data-send]").forEach(function (select) {
    select.addEventListener("change", function () { select.form.requestSubmit(); });
  });

  // -- masked numbers: the server shows one and records who looked
  all("[data-reveal]").forEach(function (button) {
    button.addEventListener("click", function () {
      fetch(button.dataset.reveal, { method: "POST", headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" } })
        .then(function (answer) { return answer.json(); })
        .then(function (data) {
          var place = button.parentNode.querySelector("[data-secret]");
          place.textContent = data.value || data.advice || data.error;
          button.remove();
        });
    });
  });

  // -- combobox: a text input that looks up rows and writes the chosen number into a hidden input
  all("[data-lookup]").forEach(function (box) {
    var input = box.querySelector("input[role=combobox]");
    var hidden = box.querySelector("input[type=hidden]");
    var list = box.querySelector("[role=listbox]");
    var timer = 0, current = -1, asked = 0, shown = input.value;

    function close() { list.hidden = true; input.setAttribute("aria-expanded", "false"); current = -1; input.removeAttribute("aria-activedescendant"); }
    function choose(option) {
      hidden.value = option.dataset.value;
      input.value = shown = option.textContent;
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
      close();
    }
    function mark(index) {
      var options = all("[role=option]", list);
      if (!options.length) { return; }
      current = (index + options.length) % options.length;
      options.forEach(function (option, i) { option.setAttribute("aria-selected", String(i === current)); });
      options[current].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[current].id);
    }
    function fill(rows) {
      list.textContent = "";
      rows.forEach(function (row, i) {
        var option = document.createElement("li");
        option.setAttribute("role", "option");
        option.id = list.id + "-" + i;
        option.dataset.value = row[0];
        option.textContent = row[1];
        list.appendChild(option);
      });
      if (!rows.length) {
        var none = document.createElement("li");
        none.className = "none";
        none.textContent = box.dataset.none;
        list.appendChild(none);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      current = -1;
    }
    function ask() {
      var mine = ++asked;
      var address = box.dataset.lookup + (box.dataset.lookup.indexOf("?") < 0 ? "?" : "&") + "query=" + encodeURIComponent(input.value);
      fetch(address, { headers: { "X-Requested-With": "fetch" } })
        .then(function (answer) { return answer.ok ? answer.json() : []; })
        .then(function (rows) { if (mine === asked) { fill(rows); } });
    }
    input.addEventListener("input", function () {
      hidden.value = "";
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, 150);
    });
    input.addEventListener("focus", function () { if (!hidden.value) { ask(); } });
    input.addEventListener("keydown", function (event) {
      var options = all("[role=option]", list);
      if (event.key === "ArrowDown") { event.preventDefault(); if (list.hidden) { ask(); } else { mark(current + 1); } }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark(current - 1); }
      else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (options[current]) { choose(options[current]); } else if (options.length === 1) { choose(options[0]); }
      } else if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); close(); }
    });
    list.addEventListener("mousedown", function (event) {
      event.preventDefault();
      var option = event.target.closest("[role=option]");
      if (option) { choose(option); }
    });
    input.addEventListener("blur", function () {
      close();
      if (!hidden.value && !box.hasAttribute("data-optional")) { input.value = ""; }
      if (!hidden.value && input.value && input.value !== shown) { input.value = ""; }
    });
  });

  // -- print
  all("[data-print]").forEach(function (button) { button.addEventListener("click", function () { window.print(); }); });
})();
