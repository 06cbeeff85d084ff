// Sends documents piece by piece (tus 1.0), so that an interruption costs nothing. Without this file the form sends them in one go.
(() => {
  "use strict";
  const form = document.querySelector("form[data-tus]");
  if (!form) return;
  const PIECE = 8 * 1024 * 1024;
  const TRIES = 8;
  const field = form.querySelector("input[type=file]");
  const sending = document.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const said = document.querySelector("[data-said]");
  const word = (name) => document.querySelector(`[data-word="${name}"]`).content.textContent.trim();
  const wait = (millis) => new Promise((done) => setTimeout(done, millis));
  let running = null;
  let stopped = false;

  const say = (text, isProblem) => {
    const line = document.createElement("p");
    line.className = isProblem ? "problem" : "note";
    line.textContent = text;
    said.append(line);
  };

  const ask = (method, url, headers, body, moved) =>
    new Promise((answer) => {
      const request = new XMLHttpRequest();
      running = request;
      request.open(method, url);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (moved) request.upload.onprogress = (event) => moved(event.loaded);
      request.onloadend = () => answer(request);
      request.send(body ?? null);
    });

  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const begun = (file) =>
    [...document.querySelectorAll("[data-open]")].find((row) => row.dataset.name === file.name && Number(row.dataset.bytes) === file.size);

  // Another try helps after these; anything else is an answer.
  const passes = (status) => status === 0 || status === 423 || status === 429 || status >= 500 && status !== 507;
  const fail = (request) => {
    throw new Error(request.responseText.length < 400 && request.responseText ? request.responseText : word("failed"));
  };

  const begin = async (file) => {
    const row = begun(file);
    if (row) return { url: `${form.action}/${row.dataset.open}`, offset: null };
    const headers = { "Upload-Length": file.size, "Upload-Metadata": `filename ${base64(file.name)}` };
    for (let tries = 0; ; tries += 1) {
      const request = await ask("POST", form.action, headers);
      if (request.status === 201) return { url: request.getResponseHeader("Location"), offset: 0 };
      if (stopped || !passes(request.status) || tries === TRIES) fail(request);
      await wait(500 * 2 ** tries);
    }
  };

  const show = (file, offset) => {
    const part = file.size ? Math.floor((offset / file.size) * 100) : 100;
    bar.value = part;
    sending.querySelector("[data-share]").textContent = offset < file.size ? `${part} %` : word("waiting");
  };

  const send = async (file) => {
    if (file.size > Number(form.dataset.most)) throw new Error(word("too-large"));
    sending.querySelector("[data-what]").textContent = file.name;
    let { url, offset } = await begin(file);
    for (let tries = 0; offset === null || offset < file.size; ) {
      if (stopped) {
        // The server may still be at what was just broken off.
        for (let asked = 0; asked < TRIES && (await ask("DELETE", url, {})).status === 423; asked += 1) await wait(250);
        throw new Error(word("stopped"));
      }
      const from = offset;
      const request =
        from === null
          ? await ask("HEAD", url, {})
          : await ask(
              "PATCH",
              url,
              { "Upload-Offset": from, "Content-Type": "application/offset+octet-stream" },
              file.slice(from, from + PIECE),
              (moved) => show(file, from + moved)
            );
      if (request.status === 200 || request.status === 204) {
        offset = Number(request.getResponseHeader("Upload-Offset"));
        tries = 0;
        show(file, offset);
        continue;
      }
      if (request.status !== 409 && !passes(request.status)) fail(request);
      if (tries === TRIES) fail(request);
      if (!stopped) await wait(Math.min(500 * 2 ** tries, 15000));
      tries += 1;
      offset = null;
    }
  };

  // What has arrived, as the server says it.
  const refresh = async () => {
    const page = await fetch(form.action, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const sent = fresh.querySelector("#sent");
    if (page.ok && sent) document.querySelector("#sent").replaceWith(sent);
    const limits = fresh.querySelector("#upload-limits");
    if (limits) document.querySelector("#upload-limits").textContent = limits.textContent;
    form.hidden = !limits;
  };

  sending.querySelector("[data-stop]").addEventListener("click", () => {
    stopped = true;
    running?.abort();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!sending.hidden) return;
    said.textContent = "";
    stopped = false;
    sending.hidden = false;
    form.hidden = true;
    document.querySelector("#upload-problem")?.remove();
    let well = true;
    for (const file of [...field.files]) {
      show(file, 0);
      try {
        await send(file);
      } catch (error) {
        well = false;
        say(error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`, true);
      }
      if (stopped) break;
    }
    sending.hidden = true;
    form.hidden = false;
    form.reset();
    await refresh().catch(() => {});
    if (well) say(word("done"), false);
    (form.hidden ? said : field).focus();
  });
})();
