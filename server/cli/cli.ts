import { ConfigError, loadDotEnv, readConfig } from '../config.ts';
import { StartError } from '../start-error.ts';
import { BackupError } from './backup/backup-format.ts';
import type { Command } from './command-line.ts';
import { readCommandLine } from './command-line.ts';
import { Interrupted } from './interruption.ts';

/**
 * The command line. stdout has what was asked for; stderr, when a command could not do it, one line that says why. Exit
 * code: 0 done, 1 not done (doctor: something is broken), 2 the command line was wrong, 130 interrupted.
 */
const commandLine = readCommandLine(process.argv.slice(2));
switch (commandLine.kind) {
  case 'help':
    print([commandLine.text]);
    break;
  case 'mistake':
    process.stderr.write(`${commandLine.line}\n`);
    process.exitCode = 2;
    break;
  case 'run':
    loadDotEnv();
    await run(commandLine.command).catch(fail);
    break;
}

/** Each command is loaded only when it is run: help and mistakes answer at once. */
async function run(command: Command): Promise<void> {
  switch (command.name) {
    case 'doctor': {
      const { runDoctor } = await import('./doctor/run-doctor.ts');
      const { lines, isBroken } = await runDoctor(process.env, command);
      print(lines);
      if (isBroken) process.exitCode = 1;
      return;
    }
    case 'status': {
      const { runStatus } = await import('./status.ts');
      return print(await runStatus(readConfig(process.env), command));
    }
    case 'rotate-key': {
      const { runRotateKey } = await import('./rotate-key.ts');
      return print(await runRotateKey(readConfig(process.env)));
    }
    case 'backup': {
      const { runBackup } = await import('./backup/run-backup.ts');
      return print(await runBackup(readConfig(process.env), command.file));
    }
    case 'restore': {
      const { runRestore, runWriteSecrets } = await import('./backup/run-restore.ts');
      return print(
        command.secretsTo === undefined
          ? await runRestore(readConfig(process.env), command.file, command)
          : await runWriteSecrets(command.file, command.secretsTo),
      );
    }
  }
}

function print(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`${lineFor(error)}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}

function lineFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected =
    error instanceof BackupError ||
    error instanceof ConfigError ||
    error instanceof StartError ||
    error instanceof Interrupted;
  return isExpected ? error.message : `It failed, and nothing was changed: ${error.message.split('\n')[0]}`;
}
