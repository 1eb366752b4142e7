import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import { api, errorText } from '../api/client.ts';
import { keys, useNodeTypes } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Badge } from '../ui/badge.tsx';
import { cardStyle } from '../ui/card.tsx';
import { CATEGORIES, categoryLook } from '../ui/category.ts';
import { cn } from '../ui/cn.ts';
import { ErrorState } from '../ui/error-state.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { Switch } from '../ui/switch.tsx';

/** All node types, built in and added, each with its switch. */
export function NodeTypeList() {
  const { t } = useTranslation('settings');
  const { t: ui } = useTranslation('ui');
  const types = useNodeTypes();
  const groups = CATEGORIES.map((category) => ({
    category,
    types: types.data?.filter((type) => knownCategory(type) === category) ?? [],
  })).filter((group) => group.types.length > 0);
  return (
    <section className="flex flex-col gap-4">
      <p className="text-muted-foreground">{t('nodeTypes.text')}</p>
      {types.isPending && <SkeletonList rows={6} />}
      {types.error && <ErrorState error={types.error} onRetry={() => types.refetch()} />}
      {groups.map((group) => {
        const { icon: Icon, text, tint } = categoryLook(group.category);
        return (
          <div key={group.category}>
            <h2 className="mb-1.5 flex items-center gap-2 font-medium">
              <span className={cn('flex size-6 items-center justify-center rounded-md', tint, text)}>
                <Icon className="size-3.5" aria-hidden />
              </span>
              {ui(`category.${group.category}`)}
            </h2>
            <ul className={cn(cardStyle, 'divide-y divide-border')}>
              {group.types.map((type) => (
                <NodeTypeRow key={type.type} type={type} />
              ))}
            </ul>
          </div>
        );
      })}
    </section>
  );
}

const knownCategory = ({ category }: NodeTypeInfo) =>
  CATEGORIES.find((known) => known === category) ?? 'other';

function NodeTypeRow({ type }: { type: NodeTypeInfo }) {
  const { t } = useTranslation('settings');
  const client = useQueryClient();
  const readOnlyReason = useReadOnlyReason('admin');
  const change = useMutation({
    mutationFn: (enabled: boolean) =>
      api.put<NodeTypeInfo>(`/api/v1/node-types/${encodeURIComponent(type.type)}`, { enabled }),
    onSuccess: (changed) =>
      client.setQueryData<NodeTypeInfo[]>(keys.nodeTypes, (old) =>
        old?.map((known) => (known.type === changed.type ? changed : known)),
      ),
    onError: (error) => toast.error(errorText(error)),
  });
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-medium">{type.name}</span>
          <code className="text-xs text-muted-foreground">{type.type}</code>
          {type.source !== 'builtin' && (
            <Badge tone="accent" title={type.source}>
              {t('nodeTypes.custom')}
            </Badge>
          )}
        </p>
        <p className="text-xs text-muted-foreground">{type.summary}</p>
      </div>
      <Switch
        aria-label={t('nodeTypes.switch', { name: type.name })}
        checked={change.isPending ? change.variables : type.enabled}
        disabled={change.isPending}
        disabledReason={readOnlyReason}
        onCheckedChange={(enabled) => change.mutate(enabled)}
      />
    </li>
  );
}
