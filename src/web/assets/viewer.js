// All pages of a document under one another, fetched as they come into sight. Without this file they are shown one by one.
(() => {
  "use strict";
  const AT_ONCE = 2; // requests under way
  const KEPT = 4; // pages before and after those in sight whose pictures stay
  const TRIES = 4;
  const LONGEST_WAIT = 30;
  const STEPS = [12, 24, 36, 48, 72, 100, 125, 150, 200, 220];
  const ZOOMS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 1.75, 2, 2.2];
  const WIDEST = 1200;
  const THUMB = 96;

  const viewer = document.querySelector(".viewer");
  const stage = viewer.querySelector(".stage");
  const thumbs = viewer.querySelector(".thumbs");
  const told = viewer.querySelector(".told");
  const field = viewer.querySelector("#page");
  const { share, path, part, sizes } = viewer.dataset;
  const withText = "text" in viewer.dataset;
  const say = (name, number = "") => viewer.dataset[name].replace("#", number);
  const clamp = (least, value, most) => Math.min(Math.max(least, value), most);
  const address = (kind, page, query) => `${share}/${kind}/${page}/${path}?${query}${part && `&part=${part}`}`;
  const make = (tag, properties, attributes = {}) => {
    const made = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  // The pages, as large as they will be.
  const pages = [];
  for (const run of sizes.split(",")) {
    const [width, height, times = 1] = run.split(/[x*]/).map(Number);
    const dpi = clamp(12, (WIDEST * 72) / width, 100);
    for (let i = 0; i < times; i++) pages.push({ number: pages.length + 1, inches: width / 72, w: (width / 72) * dpi, h: (height / 72) * dpi, dpi: 0, tries: 0, after: 0 });
  }
  const [shownFirst] = stage.children;
  for (const page of pages) {
    const first = page.number === Number(viewer.dataset.page);
    page.sheet = first ? shownFirst : make("div", { className: "sheet" });
    if (!first) {
      if (withText) page.sheet.append(make("h2", { className: "away", textContent: say("pageOf", page.number) }));
      page.sheet.append(make("div", { className: "paper" }));
    }
    page.paper = page.sheet.querySelector(".paper");
    page.paper.style.setProperty("--w", page.w);
    page.paper.style.setProperty("--h", page.h);
    page.image = page.paper.querySelector("img");
    page.image?.classList.remove("whole");
    page.read = page.sheet.querySelector(".text");
    page.label = make("span", { textContent: page.number }, { "aria-hidden": "true" });
    page.paper.prepend(page.label);
  }
  // The picture that came with the page stays where it is sharp enough.
  const came = pages.find((page) => page.image);
  came.dpi = came.image.complete && !came.image.naturalWidth ? 0 : Number(new URL(came.image.src).searchParams.get("dpi"));
  came.image.onerror = () => {
    came.dpi = 0;
    soon(0);
  };
  viewer.classList.add("scripted");
  stage.replaceChildren(...pages.map((page) => page.sheet));

  let zoom = 1;
  let fits = true;
  let current = Number(viewer.dataset.page);
  let underWay = 0;
  let pausedUntil = 0;
  let over = false;

  // As wide as most pages are.
  const usual = pages.map((page) => page.w).sort((a, b) => a - b)[Math.floor(pages.length / 2)];
  const inner = () => stage.clientWidth - 2 * parseFloat(getComputedStyle(stage).paddingLeft);
  const fitting = () => Math.min(1, inner() / usual);
  const dpiFor = (page, wide) => {
    const wanted = (wide * devicePixelRatio) / page.inches;
    return STEPS.find((step) => step >= wanted - 1) ?? STEPS.at(-1);
  };
  // Larger ones count as read.
  const small = (page) => STEPS.findLast((step) => step * Math.max(page.w, page.h) * page.inches <= 320 * page.w) ?? 12;
  // No picture is drawn out: what cannot be drawn sharper is not shown larger.
  const largest = () => Math.max(fitting(), Math.min(2.2, ...pages.slice(current - 1, current).map((page) => (220 * page.inches) / page.w)));

  // ---- where the reader is

  const top = (page) => page.sheet.offsetTop;
  function pageAt(y) {
    let [from, to] = [0, pages.length - 1];
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      if (top(pages[middle]) <= y) from = middle;
      else to = middle - 1;
    }
    return pages[from].number;
  }
  // A point of a page that stands at (x, y) of the stage.
  function spotAt(x, y) {
    const box = stage.getBoundingClientRect();
    const page = pages[pageAt(stage.scrollTop + y) - 1];
    const paper = page.paper.getBoundingClientRect();
    return { page, right: (box.left + x - paper.left) / paper.width, down: (box.top + y - paper.top) / paper.height };
  }
  function put({ page, right, down }, x, y) {
    const box = stage.getBoundingClientRect();
    const paper = page.paper.getBoundingClientRect();
    stage.scrollLeft += paper.left + right * paper.width - box.left - x;
    stage.scrollTop += paper.top + down * paper.height - box.top - y;
  }
  // Where the reader last went. A window that changes its size brings back to it, however often: measured anew each time, the page would creep.
  const EDGE = 8;
  const size = () => `${stage.clientWidth}x${stage.clientHeight}`;
  let sized;
  const center = () => stage.clientWidth / 2;
  let rest;
  let restedAt = NaN;
  function settle() {
    if (Math.abs(stage.scrollTop - restedAt) > 1) rest = spotAt(center(), EDGE);
    restedAt = stage.scrollTop;
  }
  let noted;
  function note() {
    settle();
    const bottom = stage.scrollTop > 0 && stage.scrollTop + stage.clientHeight >= stage.scrollHeight - 2;
    const at = bottom ? pages.length : pageAt(stage.scrollTop + stage.clientHeight / 3);
    if (at === current) return;
    current = at;
    if (document.activeElement !== field) field.value = at;
    const ends = { first: 1, previous: 1, next: pages.length, last: pages.length };
    for (const [name, end] of Object.entries(ends)) viewer.querySelector(`[data-go=${name}]`).setAttribute("aria-disabled", at === end);
    thumbs.querySelector("[aria-current]")?.removeAttribute("aria-current");
    thumbs.children[at - 1]?.setAttribute("aria-current", "true");
    clearTimeout(noted);
    noted = setTimeout(() => {
      const here = new URL(location);
      here.searchParams.set("page", at);
      history.replaceState(null, "", here);
    }, 300);
  }
  function go(number) {
    const page = pages[clamp(1, Math.round(number) || 1, pages.length) - 1];
    stage.scrollTop = top(page) - stage.clientTop - EDGE;
    // At once, for the next key may come before the browser tells of the move.
    note();
    field.value = current;
    soon(0);
  }

  // ---- how large

  function enlarge(to, x = center(), y = EDGE, spot = spotAt(x, y)) {
    zoom = clamp(Math.min(0.25, fitting()), to, largest());
    stage.style.setProperty("--zoom", zoom);
    put(spot, x, y);
    restedAt = spot === rest ? stage.scrollTop : NaN;
    settle();
    sized = size();
    viewer.querySelector(".percent").textContent = say("percent", Math.round(zoom * 100));
    soon();
  }
  const refit = () => enlarge(fitting(), center(), EDGE, rest);
  function step(way) {
    fits = way === "fit";
    if (fits) enlarge(fitting());
    else enlarge(way === "in" ? (ZOOMS.find((z) => z > zoom + 0.01) ?? zoom) : (ZOOMS.findLast((z) => z < zoom - 0.01) ?? zoom));
  }

  // ---- fetching

  const tell = (text) => {
    if (told.textContent !== text) told.textContent = text;
  };
  function end() {
    over = true;
    tell(say("ended"));
  }
  // Why a picture did not come; asking for its head costs no receipt.
  async function why(what, url) {
    const answer = await fetch(url, { method: "HEAD" }).catch(() => null);
    const status = answer?.status ?? 0;
    const wait = clamp(1, Number(answer?.headers.get("retry-after")) || 2 ** what.tries, LONGEST_WAIT) * 1000;
    if (status === 401 || status === 403 || status === 410) return end();
    if (status === 0 || status === 429 || status === 503) {
      pausedUntil = Date.now() + wait;
      tell(say(status ? "busy" : "offline"));
    } else if (status !== 200 || what.tries >= TRIES) {
      what.failed = true;
      if (what.sheet) what.label.replaceWith((what.label = make("small", { textContent: say("failed") })));
    }
    what.after = Date.now() + wait;
    setTimeout(soon, wait + 50);
  }
  function picture(what, dpi, alt, done) {
    const url = address("p", what.number, `dpi=${dpi}`);
    const image = make("img", { alt, decoding: "async" });
    underWay++;
    what.coming = image;
    const ended = (then) => async () => {
      if (image.settled) return;
      image.settled = true;
      underWay--;
      if (what.coming === image) what.coming = null;
      await then();
      soon(0);
    };
    image.onload = ended(() => {
      what.tries = 0;
      what.dpi = dpi;
      if (!over) tell("");
      done(image);
      dispatchEvent(new Event("doorward:used"));
    });
    image.onerror = ended(() => {
      if (image.dropped || over) return;
      what.tries++;
      return why(what, url);
    });
    image.src = url;
  }
  async function text(page) {
    underWay++;
    page.reading = true;
    const answer = await fetch(address("t", page.number, "")).catch(() => null);
    const words = answer?.ok ? (await answer.json().catch(() => ({}))).text : undefined;
    underWay--;
    if (words === undefined) {
      // Tried again with the picture's patience.
      setTimeout(() => (page.reading = false), 1000 * Math.min(LONGEST_WAIT, 2 ** (page.unread = (page.unread ?? 0) + 1)));
      return;
    }
    page.read = make("div", { className: "text", dir: "auto", textContent: words.trim() || say("noText") }, { role: "group", "aria-label": say("textOf", page.number) });
    page.sheet.append(page.read);
  }
  function drop(page) {
    if (page.coming) {
      const { coming } = page;
      coming.dropped = true;
      coming.removeAttribute("src");
      coming.onerror();
    }
    page.image?.remove();
    page.image = null;
    page.dpi = 0;
  }
  const open = (what) => !what.coming && !what.failed && what.after <= Date.now();
  // Whatever is in sight or nearly so, nearest first.
  function pump() {
    if (over || document.hidden) return;
    if (pausedUntil > Date.now()) return;
    const reach = stage.clientHeight * 1.5;
    const from = pageAt(stage.scrollTop - reach);
    const to = pageAt(stage.scrollTop + stage.clientHeight + reach);
    const near = pages.slice(from - 1, to).sort((a, b) => Math.abs(a.number - current) - Math.abs(b.number - current));
    for (const page of pages) if ((page.image || page.coming) && (page.number < from - KEPT || page.number > to + KEPT)) drop(page);
    for (const page of near) {
      if (underWay >= AT_ONCE) return;
      const dpi = dpiFor(page, page.w * zoom);
      if (page.dpi < dpi && open(page)) {
        picture(page, dpi, say("pageOf", page.number), (image) => {
          page.image?.remove();
          page.image = image;
          page.paper.append(image);
        });
      }
    }
    for (const page of near) if (withText && !page.read && !page.reading && underWay < AT_ONCE) text(page).then(() => soon(0));
    if (thumbs.hidden) return;
    for (const small of smalls) {
      if (underWay >= AT_ONCE) return;
      const box = small.button.getBoundingClientRect();
      const frame = thumbs.getBoundingClientRect();
      const seen = box.bottom > frame.top - 100 && box.top < frame.bottom + 100 && box.right > frame.left - 100 && box.left < frame.right + 100;
      if (seen && !small.dpi && open(small)) picture(small, small.want, "", (image) => small.label.append(image));
    }
  }
  let waiting;
  function soon(wait = 120) {
    clearTimeout(waiting);
    waiting = setTimeout(pump, wait);
  }

  // ---- all pages, small

  let smalls = [];
  function showThumbs() {
    thumbs.hidden = !thumbs.hidden;
    toggle.setAttribute("aria-expanded", !thumbs.hidden);
    if (!smalls.length) {
      smalls = pages.map((page) => {
        const label = make("span", { className: "small-paper" });
        label.style.setProperty("--w", page.w);
        label.style.setProperty("--h", page.h);
        const button = make("button", { type: "button", onclick: () => go(page.number) }, { "aria-label": say("pageOf", page.number) });
        button.append(label, make("span", { textContent: page.number }));
        return { number: page.number, button, label, want: Math.min(dpiFor(page, THUMB), small(page)), dpi: 0, tries: 0, after: 0 };
      });
      thumbs.append(...smalls.map((small) => small.button));
    }
    thumbs.children[current - 1].setAttribute("aria-current", "true");
    thumbs.children[current - 1].scrollIntoView({ block: "nearest", inline: "nearest" });
    if (fits) refit();
    soon(0);
  }
  const toggle = viewer.querySelector(".thumbs-toggle");
  toggle.hidden = pages.length < 2;
  toggle.onclick = showThumbs;
  thumbs.addEventListener("scroll", () => soon(), { passive: true });

  // ---- what the reader does

  for (const plain of viewer.querySelectorAll("[data-plain]")) plain.hidden = true;
  for (const button of viewer.querySelectorAll("[data-zoom]")) {
    button.hidden = false;
    button.onclick = () => step(button.dataset.zoom);
  }
  viewer.querySelector(".percent").hidden = false;
  const print = viewer.querySelector(".print");
  if (print) Object.assign(print, { hidden: false, onclick: () => globalThis.print() });
  const ways = { first: () => 1, previous: () => current - 1, next: () => current + 1, last: () => pages.length };
  for (const [name, where] of Object.entries(ways)) {
    viewer.querySelector(`[data-go=${name}]`).addEventListener("click", (event) => {
      event.preventDefault();
      go(where());
    });
  }
  viewer.querySelector(".goto").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    go(Number(field.value));
    stage.focus({ preventScroll: true });
  }, true);
  // Where the keys on the screen have none to send with.
  field.addEventListener("change", () => go(Number(field.value)));
  stage.addEventListener("scroll", () => {
    // Pages that were made to fit another size, and for a moment may all fit into this one: no move of the reader.
    if (fits && sized !== size()) return;
    note();
    soon();
  }, { passive: true });
  viewer.querySelector(".show-text")?.addEventListener("change", () => go(current));
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    fits = false;
    enlarge(zoom * 2 ** (-event.deltaY / 200), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  let pinch;
  const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  stage.addEventListener("touchstart", ({ touches }) => (pinch = touches.length === 2 ? { spread: spread(touches), zoom } : null), { passive: true });
  stage.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    const [a, b] = event.touches;
    fits = false;
    enlarge((pinch.zoom * spread(event.touches)) / pinch.spread, (a.clientX + b.clientX) / 2 - box.left, (a.clientY + b.clientY) / 2 - box.top);
  }, { passive: false });
  addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // Keys that write belong to fields, and single letters to the viewer only while it has the focus.
    if (target.matches("input:not([type=checkbox]), select, textarea")) return;
    const inside = viewer.contains(target);
    if (!inside && target !== document.body && target.id !== "main") return;
    const high = stage.clientHeight * 0.9;
    const wide = stage.scrollWidth > stage.clientWidth + 1;
    const moves = {
      PageDown: () => stage.scrollBy(0, high),
      PageUp: () => stage.scrollBy(0, -high),
      ArrowDown: () => stage.scrollBy(0, 60),
      ArrowUp: () => stage.scrollBy(0, -60),
      ArrowRight: () => (wide ? stage.scrollBy(60, 0) : go(current + 1)),
      ArrowLeft: () => (wide ? stage.scrollBy(-60, 0) : go(current - 1)),
      Home: () => go(1),
      End: () => go(pages.length),
    };
    const letters = { "+": () => step("in"), "=": () => step("in"), "-": () => step("out"), 0: () => step("fit"), g: () => (field.focus(), field.select()) };
    const does = moves[key] ?? (inside ? letters[key] : undefined);
    if (!does) return;
    event.preventDefault();
    does();
  });
  addEventListener("visibilitychange", () => soon());
  addEventListener("online", () => {
    pausedUntil = 0;
    soon(0);
  });
  new ResizeObserver(() => {
    if (fits) refit();
    else soon();
  }).observe(stage);

  stage.style.setProperty("--zoom", zoom);
  zoom = fitting();
  enlarge(zoom);
  go(current);
})();
