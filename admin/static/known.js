// An identity number typed once: <input data-known="URL"> asks what is known of the person as soon as
// the number is whole, shows it in [data-known-answer] and fills in birth and sex where nothing else
// was typed. Without it the form works as before; nothing that was typed stays in the browser.
(function () {
  "use strict";
  var token = document.querySelector('meta[name="csrf-token"]').content;
  function whole(text) {
    var plain = text.replace(/\s/g, "").normalize("NFKC");
    return /^([0-9]{15}|[0-9]{17}[0-9Xx])$/.test(plain) ? plain.toUpperCase() : "";
  }
  Array.prototype.forEach.call(document.querySelectorAll("input[data-known]"), function (input) {
    var place = document.querySelector("[data-known-answer]");
    var form = input.form, timer = 0, turn = 0, last = "", filled = {};
    function of(name) { var field = form.elements.namedItem(name); return field && field !== input && field.value !== undefined ? field : null; }
    function fill(name, value) {
      var field = of(name);
      if (!field || !value || field.value === value || (field.value && field.value !== filled[name])) { return; }
      field.value = filled[name] = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function saidBeside(text) { // after a refusal the fault stands at the field already
      var beside = document.getElementById(input.id + "-faults");
      return Boolean(text && beside && beside.textContent.indexOf(text) >= 0);
    }
    function show(text) {
      place.textContent = "";
      if (!text) { return; }
      var box = document.createElement("p");
      box.className = "note note-warning";
      box.textContent = text;
      place.appendChild(box);
    }
    function ask() {
      var number = whole(input.value);
      var name = of("name"), phone = of("phone");
      var question = [number, name ? name.value : "", phone ? phone.value : ""].join("|");
      if (!number) { last = ""; turn += 1; place.textContent = ""; return; }
      if (question === last) { return; }
      last = question;
      var mine = ++turn, body = new FormData();
      body.append("id_number", number);
      if (name) { body.append("name", name.value); }
      if (phone) { body.append("phone", phone.value); }
      if (input.hasAttribute("data-known-newcomer")) { body.append("newcomer", "yes"); }
      fetch(input.dataset.known, { method: "POST", body: body, headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" } })
        .then(function (answer) { return answer.json().catch(function () { return {}; }); })
        .then(function (data) {
          if (mine !== turn) { return; }
          if (!data.html) { show(data.error); return; }
          place.innerHTML = data.html;
          if (saidBeside(place.textContent.trim())) { place.textContent = ""; }
          Object.keys(data.fill || {}).forEach(function (one) { fill(one, data.fill[one]); });
        })
        .catch(function () { last = ""; });
    }
    input.addEventListener("input", function () { window.clearTimeout(timer); timer = window.setTimeout(ask, 400); });
    ["name", "phone"].forEach(function (one) {
      var field = of(one);
      if (field) { field.addEventListener("change", function () { if (whole(input.value)) { ask(); } }); }
    });
    if (whole(input.value)) { ask(); }
  });
})();
