// Looks how far the ordered papers are and changes the rows, while the page and what is focused stay.
(function () {
  "use strict";
  function again(text) {
    var now = document.querySelector("[data-busy]");
    var next = new DOMParser().parseFromString(text, "text/html").querySelector("table.list");
    if (!next) { return; }
    var rows = now.tBodies[0].rows, more = next.hasAttribute("data-busy");
    Array.prototype.slice.call(next.tBodies[0].rows).forEach(function (row, at) {
      if (rows[at] && rows[at].contains(document.activeElement)) { more = true; return; }
      if (rows[at]) { rows[at].replaceWith(row); } else { now.tBodies[0].appendChild(row); }
    });
    if (more) { window.setTimeout(look, 3000); }
  }
  function look() {
    fetch(window.location.href, { headers: { "X-Requested-With": "fetch" } })
      .then(function (answer) { return answer.ok ? answer.text().then(again) : null; })
      .catch(function () { window.setTimeout(look, 10000); });
  }
  if (document.querySelector("[data-busy]")) { window.setTimeout(look, 3000); }
})();
