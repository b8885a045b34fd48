// A world for the live client: a clock that only tests move, and sockets that
// tests open, feed and close.

export class World {
  now = 1_773_153_128_000;
  sockets = [];
  shown = true;
  chance = 0;
  states = [];
  events = [];
  ended = 0; // how often the session was said to be over
  #timers = new Map();
  #next = 1;

  env = {
    connect: (url) => this.#connect(url),
    now: () => this.now,
    random: () => this.chance,
    visible: () => this.shown,
    setTimeout: (fn, ms) => {
      this.#timers.set(this.#next, { at: this.now + ms, fn });
      return this.#next++;
    },
    clearTimeout: (id) => this.#timers.delete(id),
  };

  listener = {
    event: (e, fresh) => this.events.push({ ...e, fresh }),
    state: (s) => this.states.push(s),
    ended: () => this.ended++,
  };

  #connect(url) {
    const socket = { url, sent: [], closed: false, onopen: null, onmessage: null, onclose: null };
    socket.send = (data) => socket.sent.push(JSON.parse(data));
    socket.close = () => { socket.closed = true; };
    this.sockets.push(socket);
    return socket;
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get state() {
    return this.states.at(-1);
  }

  open() {
    this.socket.onopen();
  }

  // hear delivers a message, or an event of a topic.
  hear(msg) {
    this.socket.onmessage({ data: typeof msg === "string" ? msg : JSON.stringify({ v: 1, ...msg }) });
  }

  // pass lets time go by; timers run when they are due.
  pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].fn();
    }
    this.now = end;
  }

  // sleep is a machine that stops: time goes by and no timer runs.
  sleep(ms) {
    this.now += ms;
    this.pass(0);
  }
}
