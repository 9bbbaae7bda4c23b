/** Loaded before a program: writes the most memory it had, KiB, into the file that PEAK_FILE names, when it ends. */
import {writeFileSync} from 'node:fs';

const file = process.env['PEAK_FILE'];
process.on('exit', () => {
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
