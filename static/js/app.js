// Small help for pages that work without it. No inline handlers: everything hangs on data attributes.
//
//   data-show="#id"        button shows or hides the password field
//   data-copy="#id"        button copies that element's text (or value); data-copied="Copied" is said afterwards
//   data-auto-submit       a GET form sends itself when one of its selects changes
//   data-barcode           field takes the focus, and again after each scan that htmx has answered
//   data-no-busy           form or button is not locked while it is being sent (downloads)
//   class needs-js         stays hidden without a script; class no-js-only goes with one

"use strict";

(() => {
  const WAIT_BEFORE_WORDS = 300; // ms: faster answers need no words

  // ---- what only a script can do appears; what it replaces goes ----
  function reveal(root) {
    root.querySelectorAll(".needs-js").forEach((part) => part.classList.remove("needs-js"));
    root.querySelectorAll(".no-js-only").forEach((part) => part.remove());
  }

  // ---- password ----
  function togglePassword(button) {
    const input = document.querySelector(button.dataset.show);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  }

  // ---- copy ----
  function textOf(element) {
    return "value" in element ? element.value : element.textContent.trim();
  }

  async function writeClipboard(text) {
    if (navigator.clipboard && window.isSecureContext) {
      return navigator.clipboard.writeText(text);
    }
    const area = document.createElement("textarea"); // shops without HTTPS
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  async function copy(button) {
    await writeClipboard(textOf(document.querySelector(button.dataset.copy)));
    const words = button.querySelector("span") || button;
    if (!button.dataset.copied || words.dataset.was) return;
    const label = button.getAttribute("aria-label");
    words.dataset.was = words.textContent;
    if (words !== button) words.textContent = button.dataset.copied;
    if (label) button.setAttribute("aria-label", button.dataset.copied);
    button.classList.add("is-done");
    setTimeout(() => {
      if (words !== button) words.textContent = words.dataset.was;
      delete words.dataset.was;
      if (label) button.setAttribute("aria-label", label);
      button.classList.remove("is-done");
    }, 2000);
  }

  // ---- one press, one request: the second is dropped, the pressed button says that it works ----
  function lock(form, button) {
    form.dataset.sent = "1";
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    form.timer = setTimeout(() => {
      if (button.classList.contains("v-icon-btn")) return;
      button.dataset.was = button.innerHTML;
      button.textContent = document.body.dataset.saving;
    }, WAIT_BEFORE_WORDS);
  }

  function unlock(form) {
    clearTimeout(form.timer);
    delete form.dataset.sent;
    document.querySelectorAll("[aria-busy]").forEach((button) => {
      button.removeAttribute("aria-busy");
      if (button.dataset.was !== undefined) button.innerHTML = button.dataset.was;
      delete button.dataset.was;
    });
  }

  // ---- a request that did not get through: say so on top of the page, keep what was typed ----
  function sayNotSaved(title) {
    document.querySelector("#not-saved")?.remove();
    const box = document.createElement("div");
    box.id = "not-saved";
    box.className = "v-msg is-overdue mb-3";
    box.setAttribute("role", "alert");
    const words = document.createElement("span");
    const head = document.createElement("b");
    head.textContent = title;
    words.append(head, document.body.dataset.kept);
    box.append(document.createElement("span"), words);
    document.querySelector("main").prepend(box);
    box.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:sendError", () => sayNotSaved(document.body.dataset.offline));
  document.addEventListener("htmx:responseError", () => sayNotSaved(document.body.dataset.refused));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.method === "post" && !navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      sayNotSaved(document.body.dataset.offline);
      return;
    }
    if (form.matches(".htmx-request") && document.activeElement.matches("[data-barcode]")) form.dataset.again = "1";
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const free = form.method !== "post" || "noBusy" in form.dataset || (button && "noBusy" in button.dataset);
    if (!free && !event.defaultPrevented) lock(form, button);
  }, true);

  // Coming back with the browser's Back button shows the page as it was left: locked. Unlock it.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(unlock));
  document.addEventListener("htmx:afterRequest", () => document.querySelectorAll("form[data-sent]").forEach(unlock));

  // ---- an answer that replaces a form somebody went on typing in: what came after the request stays ----
  const TYPED = "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])";

  function carryTyping({ elt, formData }) {
    const old = elt.closest("form");
    if (!old || old.isConnected) return;
    for (const was of old.querySelectorAll(TYPED)) {
      const now = was.id && document.getElementById(was.id);
      if (!now || !formData.has(was.name) || was.value === formData.get(was.name)) continue;
      now.value = was.value;
      now.focus();
      now.dispatchEvent(new Event("input", { bubbles: true }));
      now.addEventListener("blur", () => now.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
      if (old.dataset.again && now.matches("[data-barcode]")) now.form.requestSubmit(); // the next scan was quicker
    }
  }

  document.addEventListener("htmx:afterSettle", (event) => carryTyping(event.detail.requestConfig));
  // The next scan writes over the code that is on its way.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const field = document.activeElement;
    if (event.detail.elt === field.form && field.matches("[data-barcode]") && field.select) field.select();
  });

  // ---- focus: the first error, else the field that a scanner writes into ----
  function focusFirst(root) {
    const first = root.querySelector("[aria-invalid=true]") || root.querySelector("[data-barcode]");
    if (first) first.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show], [data-copy]");
    if (!button) return;
    if (button.dataset.show) togglePassword(button);
    if (button.dataset.copy) copy(button);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto-submit]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    reveal(event.target);
    focusFirst(event.target);
  });

  reveal(document);
  focusFirst(document);
})();
