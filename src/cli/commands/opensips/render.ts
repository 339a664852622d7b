import { resolve } from 'node:path';
import type { Command } from 'commander';
import { countText } from '../../../lib/count-text.ts';
import { withModulesDir } from '../../../opensips/check.ts';
import type { OpensipsConfig } from '../../../opensips/config.ts';
import { dropInSteps, type Step } from '../../../opensips/instructions.ts';
import { loadedModules } from '../../../opensips/render/loaded-modules.ts';
import { type RenderedFile, renderDropIn, renderSbc } from '../../../opensips/render/render.ts';
import { type WriteResult, writeRendered } from '../../../opensips/render/write.ts';
import { type Bind, command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import type { Session } from '../../session.ts';

interface Options {
  /** A file, or true where only the flag was given. */
  readonly dropIn?: string | true;
  readonly output?: string;
}

export function opensipsRenderCommand(bind: Bind): Command {
  return command('render', 'Write the configuration of OpenSIPS.', [
    'sipward opensips render',
    'sipward opensips render --drop-in /etc/opensips/opensips.cfg',
  ])
    .description(
      'Write the configuration of OpenSIPS as `opensips` in sipward.yaml says: a complete SBC for Asterisk back ends, or with --drop-in the part to add to a configuration of your own.',
    )
    .option('--drop-in [file]', 'only the security routes; file: your opensips.cfg, to leave out modules it loads')
    .option('--output <dir>', 'write to this directory instead of opensips.dir')
    .action(bind<[], Options>(async (session, _, options) => render(session, options)));
}

function render(session: Session, options: Options): number {
  const configured = session.loaded.config.opensips;
  const dir = options.output === undefined ? configured.dir : resolve(session.io.cwd, options.output);
  const config = withModulesDir({ ...configured, dir });
  if (options.dropIn !== undefined) return renderPart(session, config, options.dropIn);
  if (config.listen.length === 0 || config['back-ends'].length === 0) {
    session.note('sipward: opensips.listen and opensips.back-ends: the complete SBC needs at least one of each');
    return EXIT.config;
  }
  const cfg = `${dir}/sbc/opensips.cfg`;
  const result = write(config, renderSbc(config));
  session.print(
    { dir, cfg, ...result, steps: [] },
    () => `${summary(dir, result)}\nStart it with: ${config.binary} -m 256 -f ${cfg}\n`,
  );
  return EXIT.ok;
}

function renderPart(session: Session, config: OpensipsConfig, file: string | true): number {
  const text = file === true ? undefined : session.readText(file);
  const result = write(config, renderDropIn(config, loadedModules(text ?? '')));
  const steps = dropInSteps(config, text);
  session.print({ dir: config.dir, cfg: null, ...result, steps }, () =>
    [
      summary(config.dir, result),
      `Add to ${file === true ? 'your configuration' : file}:`,
      '',
      ...steps.map(stepText),
      `Then: sipward opensips check ${file === true ? 'YOUR-opensips.cfg' : file}`,
      '',
    ].join('\n'),
  );
  return EXIT.ok;
}

function write(config: OpensipsConfig, files: readonly RenderedFile[]): WriteResult {
  return writeRendered(config.dir, files);
}

function summary(dir: string, { written, unchanged }: WriteResult): string {
  return `${dir}: ${countText(written.length, 'file')} written, ${unchanged.length} left as they are.\n`;
}

function stepText(step: Step, index: number): string {
  const places = step.afterLines.join(', ');
  const place = places === '' ? '' : ` (after line ${places})`;
  const lines = step.lines.map((line) => `       ${line.replaceAll('\t', '    ')}`).join('\n');
  return `  ${index + 1}. ${step.where}${place}: ${step.why}\n\n${lines}\n`;
}
