// The socket to /live: one connection that subscribes with the last numbers
// seen, notices when it has gone quiet or the machine has slept, and comes
// back by itself. It knows nothing of the page.

export interface LiveEvent {
  v: number;
  topic: string;
  seq: number;
  t: number; // Unix milliseconds on the server's clock
  text?: Record<string, string>;
  points?: [number, number][];
  snap?: boolean;
}

// State is what the page may claim.
//  connecting: not yet, or again after a sleep; nothing is known to be wrong
//  live:       connected, and the server hears its database
//  lost:       no connection since `since`; try number `attempt` is at `nextAt`
//  deaf:       connected, but the server has lost its own feed since `since`
//  paused:     the reader stopped it at `since`
export type State =
  | { kind: "connecting"; first: boolean }
  | { kind: "live" }
  | { kind: "lost"; since: number; attempt: number; nextAt: number }
  | { kind: "deaf"; since: number }
  | { kind: "paused"; since: number };

export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((e: { data: unknown }) => void) | null;
  onclose: ((e?: { code?: number }) => void) | null;
  send(data: string): void;
  close(): void;
}

// Env is the world outside, so that tests can stand in for it.
export interface Env {
  connect(url: string): Socket;
  now(): number;
  random(): number;
  visible(): boolean;
  setTimeout(fn: () => void, ms: number): number;
  clearTimeout(id: number): void;
}

export interface Listener {
  event(e: LiveEvent, fresh: boolean): void; // fresh: newer than anything applied before
  state(s: State): void;
  ended(): void; // the reader's session is over: the page may show nothing more
}

const pingEvery = 20_000;
const checkEvery = 5_000;
const connectLimit = 10_000;
const silenceLimit = 45_000; // two pings without an answer
const sleepDrift = 30_000;
const sessionEnded = 1008; // the code the server closes with

type Message = Partial<LiveEvent> & { op?: string; up?: boolean; since?: number };

function parse(data: unknown): Message | null {
  try {
    return JSON.parse(String(data)) as Message | null;
  } catch {
    return null;
  }
}

// backoff is the wait before the nth try: anywhere from one second to a limit
// that doubles up to thirty, so that browsers do not all come back at once.
export function backoff(attempt: number, random: number): number {
  const most = Math.min(30_000, 1000 * 2 ** attempt);
  return Math.round(1000 + random * (most - 1000));
}

export class Live {
  private socket: Socket | null = null;
  private current: State = { kind: "connecting", first: true };
  private attempt = 0;
  private lastHeard = 0; // when the server last said anything
  private lastCheck = 0;
  private lastPing = 0;
  private began = 0; // when the present connection was begun
  private open = false; // it has been opened
  private retryTimer = 0;
  private lostAt = 0; // when the feed was last lost; 0: it is not
  private onThis = new Map<string, number>(); // newest number by topic on this connection

  constructor(
    private readonly url: string,
    private readonly topics: Map<string, number>, // topic to last number seen; kept up to date
    private readonly env: Env,
    private readonly to: Listener,
  ) {}

  get state(): State {
    return this.current;
  }

  start(): void {
    this.lastCheck = this.env.now();
    this.connect();
    this.check();
  }

  pause(): void {
    if (this.current.kind === "paused") return;
    this.drop();
    this.env.clearTimeout(this.retryTimer);
    this.set({ kind: "paused", since: this.env.now() });
  }

  resume(): void {
    if (this.current.kind !== "paused") return;
    this.attempt = 0;
    this.lostAt = 0;
    this.set({ kind: "connecting", first: false });
    this.connect();
  }

  // retry does not wait for the next try.
  retry(): void {
    if (this.current.kind === "lost" && this.socket === null) {
      this.env.clearTimeout(this.retryTimer);
      this.connect();
    }
  }

  // wake is called when the page comes into view: a connection that was quiet
  // for too long is not trusted.
  wake(): void {
    this.lastCheck = this.env.now();
    if (this.current.kind === "lost") this.retry();
    else if (this.quiet()) this.reconnect();
  }

  // offline is called when the machine has lost its network.
  offline(): void {
    if (this.current.kind !== "paused" && this.current.kind !== "lost") this.lose(this.env.now());
  }

  private set(s: State): void {
    this.current = s;
    this.to.state(s);
  }

  private connect(): void {
    this.attempt++;
    this.began = this.env.now();
    this.onThis = new Map();
    const socket = this.env.connect(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.open = true;
      this.lastHeard = this.lastPing = this.env.now();
      this.send({ op: "sub", topics: Object.fromEntries(this.topics) });
      this.send({ op: "ping" }); // its answer shows that the way is open both ways
    };
    socket.onmessage = (e) => {
      this.lastHeard = this.env.now();
      this.receive(e.data);
    };
    socket.onclose = (e) => (e?.code === sessionEnded ? this.end() : this.lose(this.env.now()));
  }

  // drop lets go of the socket without waiting for its end: on a dead network
  // the end never comes.
  private drop(): void {
    const socket = this.socket;
    if (!socket) return;
    this.socket = null;
    this.open = false;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private end(): void {
    this.drop();
    this.to.ended();
  }

  private lose(at: number): void {
    this.drop();
    this.lostAt ||= at;
    const next = this.attempt + 1;
    const wait = backoff(next, this.env.random());
    this.set({ kind: "lost", since: this.lostAt, attempt: next, nextAt: this.env.now() + wait });
    this.env.clearTimeout(this.retryTimer);
    this.retryTimer = this.env.setTimeout(() => this.connect(), wait);
  }

  // reconnect begins anew without calling the feed lost: nothing has failed yet.
  private reconnect(): void {
    this.drop();
    this.attempt = 0;
    this.set({ kind: "connecting", first: false });
    this.connect();
  }

  private send(msg: object): void {
    this.socket?.send(JSON.stringify(msg));
  }

  private receive(data: unknown): void {
    const msg = parse(data);
    if (msg?.v !== 1) return; // not of this protocol
    if (msg.op === "feed" && msg.up === false) {
      this.attempt = 0;
      this.lostAt ||= msg.since ?? this.env.now();
      this.set({ kind: "deaf", since: this.lostAt });
      return;
    }
    if (msg.op === "denied" && msg.topic) this.topics.delete(msg.topic);
    if (this.current.kind !== "live" && (this.current.kind !== "deaf" || msg.op === "feed")) this.restored();
    if (msg.op === undefined && msg.topic !== undefined && msg.seq !== undefined) this.deliver(msg as LiveEvent);
  }

  private restored(): void {
    this.attempt = 0;
    this.lostAt = 0;
    this.set({ kind: "live" });
  }

  // deliver passes an event on. A snapshot may overtake, or be overtaken by, an
  // event of the same connection; the one with the smaller number is not fresh.
  // Numbers of an earlier connection do not count: a restored database may have
  // begun again.
  private deliver(e: LiveEvent): void {
    const fresh = e.seq > (this.onThis.get(e.topic) ?? -1);
    if (!fresh && !e.snap) return;
    if (fresh) {
      this.onThis.set(e.topic, e.seq);
      this.topics.set(e.topic, e.seq);
    }
    this.to.event(e, fresh);
  }

  private quiet(): boolean {
    const since = Math.max(this.lastHeard, this.began);
    return this.socket !== null && this.env.now() - since > silenceLimit;
  }

  // check runs every five seconds: it pings, and finds sleep and silence. In a
  // page out of sight timers are slow, so a late one says nothing there.
  private check(): void {
    const now = this.env.now();
    const drift = now - this.lastCheck - checkEvery;
    const visible = this.env.visible();
    this.lastCheck = now;
    if (this.socket && visible && drift > sleepDrift) this.reconnect();
    else if (visible && this.quiet()) this.lose(Math.max(this.lastHeard, this.began));
    else if (this.socket && !this.open && now - this.began > connectLimit) this.lose(now);
    else if (this.open && now - this.lastPing >= pingEvery) {
      this.lastPing = now;
      this.send({ op: "ping" });
    }
    this.env.setTimeout(() => this.check(), checkEvery);
  }
}
