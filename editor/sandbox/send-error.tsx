import { errorText } from '../api/client.ts';

/** Why something was not sent, right above the box. */
export function SendError({ error }: { error: unknown }) {
  return (
    <div role="alert">
      {Boolean(error) && (
        <p className="border-t border-border px-3 py-1.5 text-xs text-destructive">{errorText(error)}</p>
      )}
    </div>
  );
}

/** Whether it was sent; why not stands in the mutation. */
export async function isDone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}
