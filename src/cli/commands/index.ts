/** Every command, in the order of the help. A new one is added here. */
import type { CommandFactory } from '../command.ts';
import { allowCommands } from './allow/index.ts';
import { blockCommand } from './block.ts';
import { blocksCommand } from './blocks.ts';
import { checkCommand } from './check.ts';
import { configCommands } from './config/index.ts';
import { dbCommands } from './db/index.ts';
import { disableCommand } from './disable.ts';
import { disabledCommand } from './disabled.ts';
import { doctorCommand } from './doctor.ts';
import { enableCommand } from './enable.ts';
import { eventsCommands } from './events/index.ts';
import { opensipsCommands } from './opensips/index.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { statsCommand } from './stats.ts';
import { statusCommand } from './status.ts';
import { unblockCommand } from './unblock.ts';
import { versionCommand } from './version.ts';
import { whyCommand } from './why.ts';

export const COMMAND_GROUPS: readonly {
  readonly heading: string;
  readonly commands: readonly CommandFactory[];
}[] = [
  { heading: 'Running:', commands: [runCommand, checkCommand, replayCommand, configCommands] },
  {
    heading: 'Blocks and allowlist:',
    commands: [blockCommand, unblockCommand, blocksCommand, whyCommand, allowCommands],
  },
  { heading: 'Accounts:', commands: [disableCommand, enableCommand, disabledCommand] },
  { heading: 'What happened:', commands: [eventsCommands, statsCommand] },
  { heading: 'Your SIP server:', commands: [opensipsCommands] },
  { heading: 'Looking after it:', commands: [statusCommand, doctorCommand, dbCommands, versionCommand] },
];
