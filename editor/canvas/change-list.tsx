import type { GraphChanges } from './graph-changes.ts';
import { useCanvasText } from './texts.ts';

/** The difference between two graphs as three short lists. */
export function ChangeList({ changes }: { changes: GraphChanges }) {
  const t = useCanvasText();
  const lists = (['added', 'changed', 'removed'] as const).filter((kind) => changes[kind].length > 0);
  if (lists.length === 0 && changes.connections === 0) {
    return <p className="text-sm text-muted-foreground">{t('noDifference')}</p>;
  }
  return (
    <dl className="flex flex-col gap-1 text-sm">
      {lists.map((kind) => (
        <div key={kind} className="flex gap-2">
          <dt className="w-24 shrink-0 text-muted-foreground">{t(`diff.${kind}`)}</dt>
          <dd className="min-w-0 break-words">{changes[kind].join(', ')}</dd>
        </div>
      ))}
      {changes.connections > 0 && (
        <div className="flex gap-2">
          <dt className="w-24 shrink-0 text-muted-foreground">{t('diff.connections')}</dt>
          <dd>{changes.connections}</dd>
        </div>
      )}
    </dl>
  );
}
