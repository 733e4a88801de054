// Keyboard shortcuts: g and a letter for pages, / for the search, ? for the list of keys. Single
// keys can be turned off; that choice, and nothing else, is kept in this browser.
(function () {
  "use strict";
  var help = document.getElementById("keys");
  if (!help || !help.showModal) { return; }
  var box = help.querySelector("[data-keys-on]");
  var waits = 0;

  function on() {
    try { return window.localStorage.getItem("single-keys") !== "off"; } catch (error) { return true; }
  }
  box.checked = on();
  box.addEventListener("change", function () {
    try {
      if (box.checked) { window.localStorage.removeItem("single-keys"); }
      else { window.localStorage.setItem("single-keys", "off"); }
    } catch (error) { box.checked = true; }
  });
  function typing(target) {
    return target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test(target.type));
  }
  function press(name) {
    var target = document.querySelector('[data-press="' + name + '"]');
    if (target) { target.click(); }
    return Boolean(target);
  }
  function row(step) {
    var links = Array.prototype.slice.call(document.querySelectorAll("table.list tbody tr td a:first-child"));
    var rows = [];
    links.forEach(function (link) {
      var of = link.closest("tr");
      if (!rows.length || rows[rows.length - 1].closest("tr") !== of) { rows.push(link); }
    });
    if (!rows.length) { return false; }
    var open = document.activeElement.closest("tr");
    var at = rows.findIndex(function (link) { return link.closest("tr") === open; });
    var next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
    next.focus();
    return true;
  }
  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (!on() || typing(event.target) || document.querySelector("dialog[open]")) { return; }
    var key = event.key, done = true;
    if (waits && Date.now() - waits < 1500) {
      waits = 0;
      var link = /^[a-z]$/.test(key) && document.querySelector('[data-go="' + key + '"]');
      if (link) { event.preventDefault(); link.click(); return; }
    }
    waits = 0;
    if (key === "g") { waits = Date.now(); }
    else if (key === "/" || key === "、") { document.dispatchEvent(new CustomEvent("sunshine:search")); }
    else if (key === "?" || key === "？") { help.showModal(); }
    else if (key === "c" || key === "f") { done = press(key); }
    else if (key === "j" || key === "k") { done = row(key === "j" ? 1 : -1); }
    else { done = false; }
    if (done) { event.preventDefault(); }
  });
})();
