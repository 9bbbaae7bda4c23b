// Loaded before a command that V8 is trained with: time stands still, so that what runs, and with it what V8 compiles, does
// not depend on the hour or on how fast the machine is.
'use strict';
const AT = Date.UTC(2026, 0, 5, 12, 0, 30);

globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [AT] : parts));
  }
  static now() {
    return AT;
  }
};
performance.now = () => 1_000;
Object.defineProperty(performance, 'timeOrigin', {value: AT - 1_000});
process.hrtime = () => [1, 0];
process.hrtime.bigint = () => 1_000_000_000n;
