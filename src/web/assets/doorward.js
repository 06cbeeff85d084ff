// Small comforts. Every page does its work without this file.
(() => {
  "use strict";
  const SECOND = 1000;
  const WARN_BEFORE = 5 * 60;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const remaining = (end) => Math.max(0, Math.ceil((end - Date.now()) / SECOND));

  // A form goes out once; it opens again after a while, in case the answer never came.
  const sent = new Set();
  const release = (form) => {
    sent.delete(form);
    form.querySelector("button")?.removeAttribute("aria-disabled");
  };
  for (const form of document.forms) {
    // A form that has a script of its own.
    if ("tus" in form.dataset) continue;
    form.addEventListener("submit", (event) => {
      const button = form.querySelector("button");
      if (sent.has(form) || button?.getAttribute("aria-disabled")) {
        event.preventDefault();
        return;
      }
      sent.add(form);
      button?.setAttribute("aria-disabled", "true");
      setTimeout(() => release(form), 10 * SECOND);
    });
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) sent.forEach(release);
  });

  // The wait before another code can be asked for.
  for (const form of document.querySelectorAll("form[data-wait]")) {
    const end = Date.now() + Number(form.dataset.wait) * SECOND;
    const button = form.querySelector("button");
    const until = form.querySelector("[data-until]");
    const count = until.querySelector(".count");
    const ready = form.querySelector("[data-ready]");
    button.setAttribute("aria-disabled", "true");
    count.parentElement.hidden = false;
    const tick = () => {
      const left = remaining(end);
      count.textContent = clock(left);
      if (left > 0) return;
      clearInterval(timer);
      button.removeAttribute("aria-disabled");
      until.hidden = true;
      ready.textContent = ready.dataset.ready;
    };
    const timer = setInterval(tick, SECOND);
    tick();
  }

  // A word before the session ends, and one after.
  for (const place of document.querySelectorAll("[data-session]")) {
    const idle = Number(place.dataset.session) * SECOND;
    const most = Date.now() + Number(place.dataset.most ?? place.dataset.session) * SECOND;
    let end = Date.now() + idle;
    let said = null;
    const show = (part) => {
      if (part === said) return;
      said = part;
      place.querySelectorAll(":scope > :not(template)").forEach((old) => old.remove());
      if (part) place.append(place.querySelector(`template[data-${part}]`).content.cloneNode(true));
    };
    const tick = () => {
      const left = remaining(end);
      // Nothing that is done now makes it last longer than that.
      const soon = end < most ? "soon" : "last";
      show(left === 0 ? "over" : left <= WARN_BEFORE ? soon : null);
    };
    setInterval(tick, 5 * SECOND);
    // Staying without leaving the page; where that does not work the form goes out as it is.
    place.addEventListener("submit", async (event) => {
      const form = event.target;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
      if (answer?.type !== "opaqueredirect") return form.submit();
      end = Math.min(most, Date.now() + idle);
      document.getElementById("main").focus({ preventScroll: true });
      show("stayed");
    });
    addEventListener("visibilitychange", tick);
    // Pages that fetch more of a document keep the session alive.
    addEventListener("doorward:used", () => {
      end = Math.min(most, Date.now() + idle);
      tick();
    });
    tick();
  }
})();
