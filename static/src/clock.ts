// The server's time as the browser sees it. Freshness is judged against stamps
// of the server, so a browser whose clock is wrong must not call them stale.

// Shorter differences are the time a message takes, not a wrong clock.
const tolerance = 2000;

export class Clock {
  private offset = 0;

  constructor(private readonly local: () => number) {}

  // hear takes the server's time of a message that has just arrived.
  hear(server: number): void {
    const offset = server - this.local();
    if (Number.isNaN(offset)) return;
    this.offset = Math.abs(offset) < tolerance ? 0 : offset;
  }

  now(): number {
    return this.local() + this.offset;
  }
}
