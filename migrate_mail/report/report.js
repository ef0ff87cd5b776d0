"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const find = document.getElementById("find"), state = document.getElementById("state");
  const shown = document.getElementById("shown");
  const rows = [...document.querySelectorAll("#boxes tbody tr")].map((row) => ({
    row,
    name: row.cells[0].textContent.toLowerCase(),
    state: row.querySelector(".mark").textContent,
  }));
  const apply = () => {
    const wanted = find.value.trim().toLowerCase();
    let left = 0;
    for (const one of rows) {
      const fits = one.name.includes(wanted) && (!state.value || one.state === state.value);
      if (one.row.hidden === fits) one.row.hidden = !fits;
      left += fits;
    }
    shown.textContent = left + " of " + rows.length + " shown";
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", apply);
  state.addEventListener("change", apply);
  form.hidden = false;
  apply();
})();
