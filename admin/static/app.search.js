// The search box: Ctrl-K or / opens it, arrows choose, Enter opens, Esc closes. Without it the link
// in the top bar leads to a page that does the same.
(function () {
  "use strict";
  var dialog = document.getElementById("find");
  if (!dialog || !dialog.showModal) { return; }
  var input = dialog.querySelector("[role=combobox]");
  var list = dialog.querySelector("[role=listbox]");
  var none = dialog.querySelector(".find-none");
  var said = dialog.querySelector("[role=status]");
  var options = [], current = -1, asked = 0, timer = 0;

  function open() {
    if (dialog.open) { return; }
    dialog.showModal();
    input.select();
  }
  function node(tag, name, text) {
    var made = document.createElement(tag);
    if (name) { made.className = name; }
    if (text) { made.textContent = text; }
    return made;
  }
  function mark(index) {
    if (!options.length) { return; }
    current = (index + options.length) % options.length;
    options.forEach(function (option, i) { option.setAttribute("aria-selected", String(i === current)); });
    options[current].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[current].id);
  }
  function option(url, title, detail, name) {
    var made = node("a", "find-option" + (name ? " " + name : ""));
    made.id = "find-option-" + options.length;
    made.href = url;
    made.tabIndex = -1;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.appendChild(node("b", "", title));
    if (detail) { made.appendChild(node("span", "soft", detail)); }
    options.push(made);
    return made;
  }
  function show(groups) {
    list.textContent = "";
    options = [];
    current = -1;
    input.removeAttribute("aria-activedescendant");
    groups.forEach(function (group, i) {
      var part = node("div", "find-group");
      var title = node("div", "find-title", group.label);
      title.id = "find-title-" + i;
      part.setAttribute("role", "group");
      part.setAttribute("aria-labelledby", title.id);
      part.appendChild(title);
      group.hits.forEach(function (hit) { part.appendChild(option(hit.url, hit.title, hit.detail)); });
      if (group.more) { part.appendChild(option(group.more, group.more_text + " →", "", "find-more")); }
      list.appendChild(part);
    });
    var words = input.value.trim();
    list.hidden = !options.length;
    none.hidden = !words || options.length > 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    said.textContent = words ? said.dataset.count.replace("{count}", String(options.length)) : "";
    mark(0);
  }
  function ask() {
    var mine = ++asked, words = input.value.trim();
    if (!words) { show([]); return; }
    fetch(dialog.dataset.search + "?q=" + encodeURIComponent(words), { headers: { "X-Requested-With": "fetch" } })
      .then(function (answer) { return answer.ok ? answer.json() : { groups: [] }; })
      .then(function (data) { if (mine === asked) { show(data.groups); } });
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-search-open]"), function (link) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", function (event) { event.preventDefault(); open(); });
  });
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("sunshine:search", open);
  input.addEventListener("input", function () {
    window.clearTimeout(timer);
    // a composed Chinese name is looked for when it stands, not letter by letter
    timer = window.setTimeout(ask, 180);
  });
  input.addEventListener("keydown", function (event) {
    if (event.isComposing) { return; }
    if (event.key === "ArrowDown") { event.preventDefault(); mark(current + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(current - 1); }
    else if (event.key === "Home" && event.ctrlKey) { event.preventDefault(); mark(0); }
    else if (event.key === "End" && event.ctrlKey) { event.preventDefault(); mark(options.length - 1); }
    else if (event.key === "Enter") {
      event.preventDefault();
      if (options[current]) { window.location.assign(options[current].href); }
      else if (input.value.trim()) { window.location.assign(dialog.dataset.page + "?q=" + encodeURIComponent(input.value.trim())); }
    }
  });
  list.addEventListener("mousemove", function (event) {
    var over = event.target.closest("[role=option]");
    if (over) { var at = options.indexOf(over); if (at !== current) { mark(at); } }
  });
})();
