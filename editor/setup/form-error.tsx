import { ApiError, errorText } from '../api/client.ts';

/** What is wrong with a form as a whole; errors of its fields stand at the fields. */
export function FormError({ error }: { error: unknown }) {
  const isAboutFields = error instanceof ApiError && (error.details.errors?.length ?? 0) > 0;
  return (
    <div role="alert">
      {Boolean(error) && !isAboutFields && (
        <p className="rounded-md border border-destructive/40 bg-destructive/8 px-3 py-2 text-destructive">
          {errorText(error)}
        </p>
      )}
    </div>
  );
}
