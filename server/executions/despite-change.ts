/**
 * A statement sees the database as it was when it began, and a message and a wait for it may be written at the same moment by
 * two statements that see nothing of each other. Both write the row of the conversation: the later one finds it other than
 * it saw it, and fails by reading this text as an id. It is then done again, and sees.
 */
const CHANGED = 'the conversation changed meanwhile: ';

/** SQL that fails the statement when it is evaluated. `id`: a column, so that it is not worked out beforehand. */
export const failAsChanged = (id: string) => `('${CHANGED}' || ${id})::uuid`;

/** Each try loses only against another writer of the same conversation in the same millisecond. */
const MOST_TRIES = 10;

/** Writes again when the statement failed by `failAsChanged`. */
export async function despiteChange<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      const isChanged = error instanceof Error && error.message.includes(CHANGED);
      if (!isChanged || tries === MOST_TRIES) throw error;
    }
  }
}
