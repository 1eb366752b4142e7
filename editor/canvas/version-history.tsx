import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState } from 'react';
import type { Graph } from '../../engine/graph.ts';
import { api } from '../api/client.ts';
import { keys, useFlowVersions } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { ChangeList } from './change-list.tsx';
import { graphChanges } from './graph-changes.ts';
import { useFlow, useSession } from './session.tsx';
import { useCanvasText } from './texts.ts';

type VersionHistoryProps = {
  isOpen: boolean;
  onClose(): void;
  onRestore(version: number): Promise<void>;
};

/** The published versions in a drawer: who, when, why, what is different from the draft; each can be restored. */
export function VersionHistory({ isOpen, onClose, onRestore }: VersionHistoryProps) {
  const { flowId, isReadOnly } = useSession();
  const t = useCanvasText();
  const versions = useFlowVersions(flowId, isOpen);
  const [compared, setCompared] = useState<number | null>(null);
  const [restoring, setRestoring] = useState<number | null>(null);

  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/20" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 right-0 z-50 flex w-96 max-w-full flex-col border-l border-border bg-popover text-popover-foreground shadow-raised"
        >
          <header className="flex items-center justify-between px-4 py-3">
            <Radix.Title className="text-base font-semibold">{t('history')}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={t('closeHistory')}>
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">
            {versions.isError && <p className="text-sm text-destructive">{versions.error.message}</p>}
            {versions.items?.length === 0 && (
              <p className="text-sm text-muted-foreground">{t('noVersions')}</p>
            )}
            <ul className="flex flex-col gap-2">
              {versions.items?.map((version) => (
                <li key={version.version} className="rounded-lg border border-border p-3 text-sm">
                  <p className="flex items-center gap-2">
                    <span className="font-medium">{t('version', { number: version.version })}</span>
                    {version.isPublished && <Badge tone="success">{t('live')}</Badge>}
                    <RelativeTime at={version.createdAt} className="ml-auto text-xs text-muted-foreground" />
                  </p>
                  {version.note && <p className="pt-1 break-words">{version.note}</p>}
                  {version.createdBy && (
                    <p className="pt-1 text-xs text-muted-foreground">{version.createdBy}</p>
                  )}
                  <div className="flex gap-1.5 pt-2">
                    <Button
                      size="sm"
                      aria-expanded={compared === version.version}
                      onClick={() => setCompared(compared === version.version ? null : version.version)}
                    >
                      {t('compare')}
                    </Button>
                    {!isReadOnly && (
                      <Button
                        size="sm"
                        isBusy={restoring === version.version}
                        onClick={async () => {
                          setRestoring(version.version);
                          await onRestore(version.version);
                          setRestoring(null);
                        }}
                      >
                        {t('restore')}
                      </Button>
                    )}
                  </div>
                  {compared === version.version && <Comparison version={version.version} />}
                </li>
              ))}
            </ul>
            {versions.hasNextPage && (
              <Button size="sm" className="mt-2" onClick={() => void versions.fetchNextPage()}>
                {t('more')}
              </Button>
            )}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Comparison({ version }: { version: number }) {
  const { flowId } = useSession();
  const t = useCanvasText();
  const draft = useFlow((state) => state.graph);
  const query = useQuery({
    queryKey: [...keys.versions(flowId), version],
    queryFn: ({ signal }) =>
      api.get<{ graph: Graph }>(`/api/v1/flows/${flowId}/versions/${version}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.isError) return <p className="pt-2 text-xs text-destructive">{query.error.message}</p>;
  if (!query.data) return null;
  return (
    <div className="pt-2">
      <p className="pb-1 text-xs text-muted-foreground">{t('sinceVersion', { number: version })}</p>
      <ChangeList changes={graphChanges(query.data.graph, draft)} />
    </div>
  );
}
