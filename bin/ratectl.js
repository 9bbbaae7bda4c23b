#!/usr/bin/env node
// Launcher, no logic: runs dist/start.cjs, on the Node that came with the package when the one that started this is too old.
// CommonJS (package.json beside it), which starts some milliseconds sooner.
'use strict';

const NEEDED = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);
const newEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);

process.env.NODE_ENV ??= 'production';

if (newEnough) {
  require('../dist/start.cjs').start();
} else {
  const {existsSync} = require('node:fs');
  const own = require('node:path').join(__dirname, '..', 'node_modules', 'node', 'bin', 'node');
  if (existsSync(own)) {
    const child = require('node:child_process').spawn(own, [__filename, ...process.argv.slice(2)], {
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? {SIGINT: 130, SIGTERM: 143, SIGHUP: 129}[signal] ?? 1;
    });
    child.on('error', (error) => {
      console.error(`ratectl: cannot start ${own}: ${error.message}`);
      process.exitCode = 1;
    });
  } else {
    console.error(
      `ratectl: needs Node ${NEEDED.join('.')} or newer, this is ${process.versions.node}; install it from nodejs.org or with your package manager`,
    );
    process.exitCode = 2;
  }
}
