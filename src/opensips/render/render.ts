import { readFileSync } from 'node:fs';
import { formatTable, type TextTable, versionTable } from '../../lib/opensips/db-text.ts';
import { backEndHost, type OpensipsConfig } from '../config.ts';
import { LOCATION_TABLE } from './empty-tables.ts';
import { loadedModules } from './loaded-modules.ts';
import { sbcFiles, sbcValues } from './sbc.ts';
import { dynamicTables, renderedTables } from './tables.ts';
import { expandTemplate, type TemplateValues } from './template.ts';
import { securityFiles, securityValues } from './values.ts';

/** The templates stand beside `src/` in a checkout and beside `dist/` in the package. */
const TEMPLATES = new URL('../../../opensips/', import.meta.url);

export interface RenderedFile {
  /** Relative to the configured directory. */
  readonly path: string;
  readonly content: string;
  /** The running sipward changes it: a render must not overwrite it. */
  readonly dynamic: boolean;
}

/** The complete SBC. */
export function renderSbc(config: OpensipsConfig): readonly RenderedFile[] {
  const own = { ...securityValues(config, new Set()), ...sbcValues(config) };
  const sbc = expandAll(
    sbcFiles(config).map((name) => `sbc/${name}`),
    own,
  );
  const values = { ...own, ...securityValues(config, loadedModules(...sbc.map(({ content }) => content))) };
  return [
    ...sbc,
    ...backEndSamples(config, values),
    ...securityTemplates(config, values),
    ...tableFiles(config),
    ...locationFiles(),
  ];
}

/** @param loaded modules that the operator's own configuration loads before it includes ours */
export function renderDropIn(config: OpensipsConfig, loaded: ReadonlySet<string>): readonly RenderedFile[] {
  const values = securityValues(config, loaded);
  return [...expandAll(['drop-in/sipward.cfg'], values), ...securityTemplates(config, values), ...tableFiles(config)];
}

/** One for each back end, to be copied there. */
function backEndSamples(config: OpensipsConfig, values: TemplateValues): readonly RenderedFile[] {
  return config['back-ends'].map((backEnd) => {
    const [sample] = expandAll(['asterisk/pjsip.conf'], { ...values, 'back-end-bind': backEnd });
    return { path: `asterisk/${backEndHost(backEnd)}/pjsip.conf`, content: sample?.content ?? '', dynamic: false };
  });
}

function securityTemplates(config: OpensipsConfig, values: TemplateValues): readonly RenderedFile[] {
  return expandAll(
    securityFiles(config).map((name) => `security/${name}`),
    values,
  );
}

function expandAll(names: readonly string[], values: TemplateValues): readonly RenderedFile[] {
  return names.map((path) => ({
    path,
    content: expandTemplate(path, readFileSync(new URL(path, TEMPLATES), 'utf8'), values),
    dynamic: false,
  }));
}

function tableFiles(config: OpensipsConfig): readonly RenderedFile[] {
  const fixed = renderedTables(config);
  const dynamic = dynamicTables();
  return [
    ...fixed.map((table) => tableFile('tables', table, false)),
    ...dynamic.map((table) => tableFile('tables', table, true)),
    tableFile('tables', versionTable([...fixed, ...dynamic]), false),
  ];
}

/** db_text rewrites `location` while OpenSIPS runs. */
function locationFiles(): readonly RenderedFile[] {
  return [tableFile('location', LOCATION_TABLE, true), tableFile('location', versionTable([LOCATION_TABLE]), false)];
}

function tableFile(directory: string, table: TextTable, dynamic: boolean): RenderedFile {
  return { path: `${directory}/${table.name}`, content: formatTable(table), dynamic };
}
