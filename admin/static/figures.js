// Printing the figures: every table is open on paper. Without this the link opens them itself.
(function () {
  "use strict";
  var tables = Array.prototype.slice.call(document.querySelectorAll("details.numbers"));
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = tables.filter(function (one) { return !one.open; });
    opened.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
  });
  Array.prototype.slice.call(document.querySelectorAll("[data-print]")).forEach(function (link) {
    link.addEventListener("click", function (event) { event.preventDefault(); window.print(); });
  });
})();
