import { Pencil, Plus, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { toast } from 'sonner';
import type { AiSettings } from '../../../server/contract/ai.ts';
import { errorText } from '../../api/client.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { ConfirmDialog } from '../../ui/alert-dialog.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { useSaveAiSettings } from './ai-queries.ts';
import { ModelName } from './model-name.tsx';
import { usdText } from './money.ts';
import { PriceDialog } from './price-dialog.tsx';
import type { PriceRow } from './price-rows.ts';
import { priceRows, withoutPrice } from './price-rows.ts';
import { Section } from './section.tsx';
import { useAiText } from './texts.ts';

type PriceTableProps = {
  prices: AiSettings['prices'];
  /** Models in use whose price nobody knows. */
  unpriced: readonly string[];
};

/** What models are counted with: the defaults and the workspace's own. `?price=<model>` opens the form for a model. */
export function PriceTable({ prices, unpriced }: PriceTableProps) {
  const t = useAiText();
  const { i18n } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const readOnlyReason = useReadOnlyReason('admin');
  const [search, setSearch] = useState('');
  const asked = readOnlyReason === undefined ? parameters.get('price') : null;
  const open = (model: string | null) =>
    setParameters(model === null ? {} : { price: model }, { replace: true });
  const usd = (value: number) => usdText(value, i18n.language);
  const all = priceRows(prices);
  const rows = all.filter(({ model }) => model.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <Section
      title={t('prices.title')}
      text={t('prices.text')}
      action={
        <Button disabledReason={readOnlyReason} onClick={() => open('')}>
          <Plus aria-hidden />
          {t('prices.add')}
        </Button>
      }
    >
      <Input
        type="search"
        className="max-w-72"
        placeholder={t('prices.search')}
        aria-label={t('prices.search')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {rows.length === 0 ? (
        <p className="py-4 text-center text-muted-foreground">{t('prices.none', { search })}</p>
      ) : (
        <div className="max-h-112 overflow-y-auto">
          <table className="w-full">
            <caption className="sr-only">{t('prices.title')}</caption>
            <thead className="sticky top-0 bg-card text-left text-xs text-muted-foreground">
              <tr>
                <th className="py-1 pr-2 font-medium">{t('prices.model')}</th>
                <th className="px-2 py-1 text-right font-medium">{t('prices.input')}</th>
                <th className="px-2 py-1 text-right font-medium">{t('prices.output')}</th>
                <th className="w-18 py-1">
                  <span className="sr-only">{t('prices.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.model} className="border-t border-border">
                  <th scope="row" className="py-1 pr-2 text-left font-normal">
                    <ModelName name={row.model} />{' '}
                    {row.isOwn && <Badge tone="accent">{t('prices.own')}</Badge>}
                  </th>
                  <td className="px-2 py-1 text-right tabular-nums">{usd(row.price.inputUsd)}</td>
                  <td className="px-2 py-1 text-right tabular-nums">{usd(row.price.outputUsd)}</td>
                  <td className="py-1">
                    <RowActions row={row} prices={prices} onEdit={() => open(row.model)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="flex flex-col gap-1 text-xs text-muted-foreground">
        <p>
          {t('prices.unknown', {
            input: usd(prices.unknownModel.inputUsd),
            output: usd(prices.unknownModel.outputUsd),
          })}
        </p>
        <p className="break-words">{t('prices.source', { date: prices.asOf, source: prices.source })}</p>
      </div>
      {asked !== null && (
        <PriceDialog
          key={asked}
          own={prices.own}
          model={asked}
          price={prices.own[asked] ?? prices.defaults[asked] ?? null}
          suggestions={unpriced}
          onClose={() => open(null)}
        />
      )}
    </Section>
  );
}

type RowActionsProps = { row: PriceRow; prices: AiSettings['prices']; onEdit(): void };

function RowActions({ row, prices, onEdit }: RowActionsProps) {
  const t = useAiText();
  const readOnlyReason = useReadOnlyReason('admin');
  const { model, isOwn, hasDefault } = row;
  const [isAsking, setIsAsking] = useState(false);
  const save = useSaveAiSettings(() => toast.success(t('saved')));
  const removeLabel = t(hasDefault ? 'prices.reset' : 'prices.remove', { model });
  return (
    <div className="flex justify-end">
      <IconButton label={t('prices.change', { model })} disabledReason={readOnlyReason} onClick={onEdit}>
        <Pencil aria-hidden />
      </IconButton>
      {isOwn && (
        <IconButton label={removeLabel} disabledReason={readOnlyReason} onClick={() => setIsAsking(true)}>
          {hasDefault ? <RotateCcw aria-hidden /> : <Trash2 aria-hidden />}
        </IconButton>
      )}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={removeLabel}
        description={t(hasDefault ? 'prices.resetText' : 'prices.removeText')}
        confirmLabel={t(hasDefault ? 'prices.resetConfirm' : 'prices.removeConfirm')}
        isDangerous={!hasDefault}
        isBusy={save.isPending}
        onConfirm={() =>
          save.mutate(
            { prices: withoutPrice(prices.own, model) },
            {
              onError: (error) => toast.error(errorText(error)),
              onSettled: () => setIsAsking(false),
            },
          )
        }
      />
    </div>
  );
}
