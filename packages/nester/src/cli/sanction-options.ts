import { limits } from '@aerie/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Gives a command `--minutes`, which it needs. */
export function withMinutes(command: Command): Command {
  const option = new Option('--minutes <n>', 'for how long, such as 60 for an hour or 1440 for a day').argParser(minutes);
  return command.addOption(option.makeOptionMandatory());
}

/** Gives a command `--reason`. */
export function withReason(command: Command, says = 'told to the person, announced and kept in the audit'): Command {
  return command.option('--reason <words>', says);
}

function minutes(typed: string): number {
  const number = Number(typed);
  if (!/^\d+$/.test(typed) || number < 1 || number > limits.sanctionMinutes)
    throw new InvalidArgumentError(`write whole minutes from 1 to ${limits.sanctionMinutes}.`);
  return number;
}
