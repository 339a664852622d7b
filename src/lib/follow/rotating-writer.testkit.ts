/**
 * A program that writes numbered lines to a file, in pieces that end anywhere, and rotates it as logrotate does:
 *
 *     node rotating-writer.testkit.ts PATH LINES rename|copytruncate LINES_PER_FILE
 *
 * The first, `line 0`, is there already. Ends when it has written all lines.
 */
import { closeSync, copyFileSync, existsSync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs';

const [path = '', lines = '0', mode = 'rename', linesPerFile = '1000'] = process.argv.slice(2);

let fd = openSync(path, 'a');
let inFile = 0;
for (let number = 1; number < Number(lines); ) {
  let text = '';
  for (const end = Math.min(number + 1 + Math.floor(Math.random() * 60), Number(lines)); number < end; number++) {
    text += `line ${number} ${'x'.repeat(number % 50)}\n`;
    inFile++;
  }
  const cut = Math.floor(Math.random() * text.length);
  writeSync(fd, text.slice(0, cut));
  writeSync(fd, text.slice(cut));
  if (inFile < Number(linesPerFile)) continue;
  inFile = 0;
  shift();
  if (mode === 'rename') {
    renameSync(path, `${path}.1`);
    // Written to under its new name, as by a program that was not yet told.
    if (number < Number(lines)) writeSync(fd, `line ${number++}\n`);
    closeSync(fd);
    fd = openSync(path, 'a');
  } else {
    copyFileSync(path, `${path}.1`);
    ftruncateSync(fd, 0);
  }
}
closeSync(fd);

/** `PATH.1` to `PATH.2` and so on, none deleted. */
function shift(): void {
  let last = 1;
  while (existsSync(`${path}.${last}`)) last++;
  for (let number = last; number > 1; number--) renameSync(`${path}.${number - 1}`, `${path}.${number}`);
}
