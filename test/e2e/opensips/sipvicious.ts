/** SIPVicious as Debian has it, sending from an address of our choice. */
import { existsSync } from 'node:fs';

const DIRECTORY = '/usr/share/sipvicious';

export const noSipvicious = existsSync(`${DIRECTORY}/sipvicious/svcrack.py`)
  ? undefined
  : 'needs SIPVicious (Debian: sipvicious)';

/** `svcrack` and `svwar` 0.3.3 take `-b ADDRESS` and forget it before they bind: this hands it on, and is theirs else. */
const BOUND = `
import sys
sys.path.insert(0, sys.argv[1])
from sipvicious import svcrack, svwar, svmap
tool, address = sys.argv[2], sys.argv[3]
sys.argv[:] = [tool] + sys.argv[4:]
module = {'svcrack': svcrack, 'svwar': svwar, 'svmap': svmap}[tool]
scanner = {'svcrack': 'ASipOfRedWine', 'svwar': 'TakeASip', 'svmap': 'DrinkOrSip'}[tool]
original = getattr(module, scanner).__init__
def bound(self, *args, **options):
    options['bindingip'] = address
    original(self, *args, **options)
getattr(module, scanner).__init__ = bound
module.main()
`;

/** The command that runs one of its tools from `address`. */
export function sipvicious(
  tool: 'svcrack' | 'svwar' | 'svmap',
  address: string,
  ...args: readonly string[]
): readonly string[] {
  return ['/usr/bin/python3', '-c', BOUND, DIRECTORY, tool, address, ...args];
}
