import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countText } from '../lib/count-text.ts';
import { MiClient } from '../lib/opensips/mi-client.ts';
import type { OpensipsConfig } from './config.ts';
import { checkSyntax, findProgram, type OpensipsProgram } from './program.ts';
import { loadedModules } from './render/loaded-modules.ts';
import { type RenderedFile, renderSbc } from './render/render.ts';
import { securityModules } from './render/values.ts';
import { writeRendered } from './render/write.ts';

export interface CheckResult {
  readonly name: 'program' | 'modules' | 'configuration' | 'management interface';
  readonly ok: boolean;
  /** One sentence, and what to do if not ok. */
  readonly detail: string;
}

/**
 * Whether what would be rendered works with the OpenSIPS that is installed, and whether the running one can be reached.
 * Changes nothing. @param cfg the operator's own configuration, with the drop-in in place; else the complete SBC
 */
export async function checkOpensips(config: OpensipsConfig, cfg?: string): Promise<readonly CheckResult[]> {
  const program = findProgram(config.binary);
  if (program === undefined) return [missingProgram(config), await checkMi(config)];
  const found: CheckResult = { name: 'program', ok: true, detail: `OpenSIPS ${program.version} at ${program.binary}` };
  return [found, checkModules(config, program, cfg), checkConfiguration(config, program, cfg), await checkMi(config)];
}

function missingProgram(config: OpensipsConfig): CheckResult {
  const detail = `no OpenSIPS '${config.binary}': install it, or say where it is with opensips.binary`;
  return { name: 'program', ok: false, detail };
}

/** The configuration as this machine needs it: with the directory of the modules, if none was given. */
export function withModulesDir(config: OpensipsConfig): OpensipsConfig {
  const modulesDir = config['modules-dir'] ?? findProgram(config.binary)?.modulesDir;
  return modulesDir === undefined ? config : { ...config, 'modules-dir': modulesDir };
}

function checkModules(config: OpensipsConfig, program: OpensipsProgram, cfg: string | undefined): CheckResult {
  const dir = config['modules-dir'] ?? program.modulesDir;
  if (dir === undefined) {
    return { name: 'modules', ok: false, detail: 'modules not found: say where they are with opensips.modules-dir' };
  }
  const rendered = cfg === undefined && config.listen.length > 0 ? renderSbc(config) : [];
  const needed = new Set([...securityModules(config), ...loadedModules(...rendered.map(({ content }) => content))]);
  const missing = [...needed].filter((name) => !BUILT_IN.has(name) && !existsSync(join(dir, `${name}.so`)));
  if (missing.length === 0)
    return { name: 'modules', ok: true, detail: `${countText(needed.size, 'module')} needed, all in ${dir}` };
  const packages = missing.some((name) => /^(httpd|mi_http)$/.test(name)) ? ' (Debian: opensips-http-modules)' : '';
  return { name: 'modules', ok: false, detail: `not in ${dir}: ${missing.join(', ')}${packages}` };
}

const BUILT_IN: ReadonlySet<string> = new Set(['proto_udp', 'proto_tcp']);

function checkConfiguration(config: OpensipsConfig, program: OpensipsProgram, cfg: string | undefined): CheckResult {
  const name = 'configuration';
  if (cfg !== undefined) {
    const result = syntaxResult(program, cfg, cfg);
    if (!result.ok || mayCallGate(readFileSync(cfg, 'utf8'))) return result;
    const advice = `sipward opensips render --drop-in ${cfg} says what to add`;
    return { name, ok: false, detail: `${result.detail}, but it never calls route(sipward_gate): ${advice}` };
  }
  if (config.listen.length === 0) {
    return {
      name,
      ok: false,
      detail: 'opensips.listen is empty: there is no SBC to render; for a drop-in, name your file',
    };
  }
  const dir = mkdtempSync(join(tmpdir(), 'sipward-opensips-check-'));
  try {
    writeRendered(dir, relocated(withModulesDir(config), dir));
    return syntaxResult(program, join(dir, 'sbc/opensips.cfg'), 'the complete SBC');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Whether requests pass our gate, as far as can be told: what the file includes from elsewhere is not looked at. */
function mayCallGate(text: string): boolean {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines.some((line) => /\broute\s*\(\s*"?sipward_gate\b/.test(line) || isForeignInclude(line));
}

function isForeignInclude(line: string): boolean {
  return /^\s*(include|import)_file\b/.test(line) && !line.includes('drop-in/sipward.cfg');
}

/** The complete SBC as it would be in another directory. */
function relocated(config: OpensipsConfig, dir: string): readonly RenderedFile[] {
  return renderSbc({ ...config, dir });
}

function syntaxResult(program: OpensipsProgram, cfg: string, what: string): CheckResult {
  const { ok, complaints } = checkSyntax(program, cfg);
  const detail = ok
    ? `OpenSIPS ${program.version} accepts ${what}`
    : `OpenSIPS refuses ${what}:\n${complaints.join('\n')}`;
  return { name: 'configuration', ok, detail };
}

async function checkMi(config: OpensipsConfig): Promise<CheckResult> {
  const name = 'management interface';
  const mi = new MiClient(config.mi);
  try {
    await mi.call('cache-fetch', { system: 'local:sipward_blocks', attr: 'filled' }).catch(unlessNotFound);
    return { name, ok: true, detail: `OpenSIPS answers at ${config.mi} and holds sipward's block list` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, ok: false, detail: `${message}: is OpenSIPS running with the rendered configuration?` };
  } finally {
    mi.close();
  }
}

function unlessNotFound(error: unknown): void {
  if (!(error instanceof Error && /Value not found/.test(error.message))) throw error;
}
