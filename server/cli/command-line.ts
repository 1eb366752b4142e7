import { parseArgs } from 'node:util';

/** What a person asked for on the command line. */
export type Command =
  | { name: 'doctor'; json: boolean }
  | { name: 'status'; json: boolean }
  | { name: 'rotate-key' }
  | { name: 'backup'; file: string }
  | {
      name: 'restore';
      file: string;
      replace: boolean;
      resume: boolean;
      forgetTokens: boolean;
      secretsTo: string | undefined;
    };

export type CommandLine =
  | { kind: 'run'; command: Command }
  | { kind: 'help'; text: string }
  /** One line that says what is wrong with the command line; exit code 2. */
  | { kind: 'mistake'; line: string };

type Values = Record<string, string | boolean | undefined>;

type CommandSpec = {
  summary: string;
  help: string;
  options: Record<string, { type: 'boolean' | 'string' }>;
  /** Names of what has to be given beside the options. */
  arguments: string[];
  read(values: Values, given: string[]): Command;
};

const JSON_OPTION = { json: { type: 'boolean' } } as const;

const COMMANDS: Record<string, CommandSpec> = {
  doctor: {
    summary: 'checks the installation and says what to do',
    help: `npm run cli -- doctor [--json]

Checks configuration, secrets, data folder, database, queue, processes, open work and the reachability of the
webhook, while the server runs or while it does not. Changes nothing and starts nothing.

  --json   one JSON object for machines (npm run --silent cli -- doctor --json)

Exit code: 0 nothing is broken (there may be warnings), 1 something is broken.`,
    options: JSON_OPTION,
    arguments: [],
    read: (values) => ({ name: 'doctor', json: values.json === true }),
  },
  status: {
    summary: 'shows processes, executions by state and the queue',
    help: `npm run cli -- status [--json]

Shows the processes on this database, the executions by state and the jobs that wait in the queue.

  --json   one JSON object for machines (npm run --silent cli -- status --json)`,
    options: JSON_OPTION,
    arguments: [],
    read: (values) => ({ name: 'status', json: values.json === true }),
  },
  'rotate-key': {
    summary: 'encrypts access tokens anew with another key',
    help: `npm run cli -- rotate-key

Encrypts access tokens and keys of models anew. In the embedded shape it makes a new key in DATA_DIR/secrets.json: stop
Replygraph first. Elsewhere set ENCRYPTION_KEY to the new key and ENCRYPTION_KEY_OLD to the one of now, restart all
processes with both, then run this; afterwards ENCRYPTION_KEY_OLD can go. A process does the same when it starts.`,
    options: {},
    arguments: [],
    read: () => ({ name: 'rotate-key' }),
  },
  backup: {
    summary: 'writes everything into one file, while the server runs or not',
    help: `npm run cli -- backup <file>

Writes all data as it stands at one moment into one file that any shape can restore. The file appears under its name
only when it is complete; an existing file is not overwritten. In the embedded shape it holds the generated secrets too:
keep it like a password.`,
    options: {},
    arguments: ['file'],
    read: (_values, [file = '']) => ({ name: 'backup', file }),
  },
  restore: {
    summary: 'fills an empty installation from a backup, or replaces one',
    help: `npm run cli -- restore <file> [--replace] [--resume] [--forget-tokens]
npm run cli -- restore <file> --secrets-to <path>

Puts a backup into the installation that the environment names. Stop Replygraph first. All or nothing: a restore that
fails changes nothing.

  --replace         also where the installation has data, which is then lost
  --resume          flows go on at once; without it they are paused until a person has looked
  --forget-tokens   for a lost ENCRYPTION_KEY: restores with the key of now, accounts have to be connected again
  --secrets-to      restores nothing, writes the secrets of an embedded installation as variables into a new file`,
    options: {
      replace: { type: 'boolean' },
      resume: { type: 'boolean' },
      'forget-tokens': { type: 'boolean' },
      'secrets-to': { type: 'string' },
    },
    arguments: ['file'],
    read: (values, [file = '']) => ({
      name: 'restore',
      file,
      replace: values.replace === true,
      resume: values.resume === true,
      forgetTokens: values['forget-tokens'] === true,
      secretsTo: typeof values['secrets-to'] === 'string' ? values['secrets-to'] : undefined,
    }),
  },
};

const OVERVIEW = `npm run cli -- <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

npm run cli -- <command> --help tells more.`;

/** Reads what stands behind `npm run cli --`. */
export function readCommandLine(given: string[]): CommandLine {
  const [name, ...rest] = given;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    return { kind: 'help', text: OVERVIEW };
  }
  const spec = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!spec) {
    const known = Object.keys(COMMANDS).join(', ');
    return { kind: 'mistake', line: `There is no command ${name}. The commands are ${known}.` };
  }
  const mistake = (reason: string): CommandLine => ({
    kind: 'mistake',
    line: `${reason} See npm run cli -- ${name} --help.`,
  });
  try {
    const options = { ...spec.options, help: { type: 'boolean', short: 'h' } } as const;
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true, strict: true });
    if (values.help) return { kind: 'help', text: spec.help };
    const missing = spec.arguments[positionals.length];
    if (missing) return mistake(`${name} needs a <${missing}>.`);
    const surplus = positionals[spec.arguments.length];
    if (surplus !== undefined) return mistake(`${name} does not take "${surplus}".`);
    return { kind: 'run', command: spec.read(values, positionals) };
  } catch (error) {
    return mistake(error instanceof Error ? firstSentence(error.message) : String(error));
  }
}

/** Node adds advice about `--` that fits no command of ours. */
function firstSentence(message: string): string {
  const [line = ''] = message.split('\n');
  return `${line.split(/\. |\.$/)[0]}.`;
}
