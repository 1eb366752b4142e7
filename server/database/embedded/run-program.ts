import { spawn } from 'node:child_process';

/** A program with its arguments, and the user to run it as where that is not ours. */
export type Command = { file: string; args: string[]; uid?: number; gid?: number };

/** What PostgreSQL's programs see of our environment: no PG* variable of the user's may steer them. */
export function programEnvironment(): Record<string, string> {
  const { PATH = '', SystemRoot } = process.env;
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot ? { SystemRoot } : {}) };
}

/**
 * Runs a program to its end.
 * @param input written to its standard input
 * @returns exit code (-1: it could not be started) and everything it wrote
 */
export function runProgram(command: Command, input = ''): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command.file, command.args, {
      uid: command.uid,
      gid: command.gid,
      cwd: '/',
      env: programEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}
