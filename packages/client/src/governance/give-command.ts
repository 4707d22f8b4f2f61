// Gives a command of our own. Apart from the port, so a page loads it with its first command.

import type { CommandPort } from './command-port.ts';
import { type CommandResult, OwnCommands, type Wanted } from './own-commands.ts';

export function giveCommand(commands: CommandPort, wanted: Wanted): Promise<CommandResult> {
  commands.giver ??= new OwnCommands(commands);
  return commands.giver.give(wanted);
}
