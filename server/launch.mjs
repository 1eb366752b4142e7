import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The way into a program of ours in plain JavaScript that every Node can read: it says in one line what is missing where
 * the rest, which needs Node 24 and the installed packages, would end in a stack trace.
 */
const NEEDED = 24;

/** @param {() => Promise<unknown>} load imports the program */
export function launch(load) {
  if (Number(process.versions.node.split('.')[0]) < NEEDED) {
    refuse(
      `Replygraph needs Node.js ${NEEDED} or newer, this is ${process.versions.node}. ` +
        'Run npm rebuild node (it was not installed with the packages), or install it from https://nodejs.org.',
    );
    return;
  }
  keepCompiledCode();
  load().catch((error) => {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package/.test(error.message)) {
      refuse(`A package is missing (${error.message.split("'")[1]}). Run npm ci, then start again.`);
    } else {
      throw error;
    }
  });
}

/** The next start takes two thirds of the time: it finds our TypeScript without types, and compiled. */
function keepCompiledCode() {
  // Beside the packages, where nobody writes who could not change these too; where nobody may write, nothing is kept.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/replygraph', import.meta.url)));
}

function refuse(line) {
  console.error(line);
  process.exitCode = 1;
}
