// Forwards the CCAI Platform's agent adapter events from an agent's browser to the connector (docs/messages-ccai.md).
// Put it into the page that holds the call and chat widgets, after these four settings.
(function () {
  "use strict";
  const SETTINGS = {
    address: "https://connector.example.com/hooks/ccai-events/acme-browsers", // the intake
    key: "the intake's api_key", // seen by whoever reads the page: it lets in messages and nothing else
    origins: ["https://acme.ccaiplatform.com"], // the widgets' addresses: no other frame is listened to
    longestQueue: 500,
  };

  // Tells this page's tellings from those of other browsers; pages without https lack the first way.
  const browser = crypto.randomUUID ? crypto.randomUUID() : Math.random().toString(36).slice(2);
  const queue = [];
  let sequence = 0;
  let waits = 1000;
  let busy = false;

  window.addEventListener("message", function (event) {
    if (!SETTINGS.origins.includes(event.origin)) return;
    let told = event.data;
    if (typeof told === "string") {
      try {
        told = JSON.parse(told);
      } catch {
        return;
      }
    }
    if (!told || typeof told !== "object" || typeof told.data !== "object" || told.data === null) return;
    sequence += 1;
    queue.push({ type: told.type, data: told.data, browser: browser, sequence: sequence, at: performance.now() });
    if (queue.length > SETTINGS.longestQueue) queue.shift();
    post();
  });

  async function post() {
    if (busy) return;
    busy = true;
    while (queue.length > 0) {
      const { at, ...told } = queue[0];
      const done = await send(JSON.stringify(told), Math.round(performance.now() - at));
      if (done) {
        queue.shift();
        waits = 1000;
      } else {
        await new Promise((resolve) => setTimeout(resolve, waits));
        waits = Math.min(waits * 2, 60000);
      }
    }
    busy = false;
  }

  async function send(body, waited) {
    // The connector's clock counts: what is told is only how long this page could not post. The body never changes, so
    // that a repetition is known as one.
    const headers = { "Content-Type": "application/json", Authorization: SETTINGS.key, "X-Waited-Ms": String(waited) };
    try {
      const answer = await fetch(SETTINGS.address, { method: "POST", headers, body, keepalive: body.length < 60000 });
      // What is refused for good (a wrong key, a body too large) is not tried for ever.
      return answer.status < 429 && answer.status !== 408;
    } catch {
      return false;
    }
  }
})();
