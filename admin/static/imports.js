// Counts along while a long workbook is worked on; without it the page is looked at again by hand.
(function () {
  "use strict";
  var box = document.querySelector("[data-progress]");
  if (!box) { return; }
  var rows = box.querySelector("[data-rows]");
  function look() {
    fetch(box.getAttribute("data-progress"), { headers: { "X-Requested-With": "fetch" } })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (said) {
        if (!said) { return; }
        rows.textContent = String(said.rows);
        if (said.running) { window.setTimeout(look, 2000); } else { window.location.reload(); }
      })
      .catch(function () { window.setTimeout(look, 10000); });
  }
  window.setTimeout(look, 1500);
})();
