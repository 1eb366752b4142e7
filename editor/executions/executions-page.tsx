import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useFlows } from '../api/queries.ts';
import { Page } from '../app/page.tsx';
import { Select } from '../ui/select.tsx';
import { ExecutionList } from './execution-list.tsx';

const ALL = 'all';

/** Runs of all flows. */
export function ExecutionsPage() {
  const { t } = useTranslation('executions');
  const [parameters, setParameters] = useSearchParams();
  const flows = useFlows();
  const flowId = parameters.get('flow') ?? '';
  const options = (flows.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const isKnown = flowId === '' || options.some(({ value }) => value === flowId);

  const setFlow = (value: string) =>
    setParameters((old) => {
      const next = new URLSearchParams(old);
      if (value === ALL) next.delete('flow');
      else next.set('flow', value);
      return next;
    });

  return (
    <Page title={t('title')}>
      <ExecutionList
        {...(flowId && { flowId })}
        filters={
          <Select
            aria-label={t('filter.flow')}
            className="w-52 max-sm:w-auto max-sm:flex-1"
            value={flowId || ALL}
            onValueChange={setFlow}
            options={[
              { value: ALL, label: t('filter.anyFlow') },
              ...(isKnown ? [] : [{ value: flowId, label: t('filter.oneFlow') }]),
              ...options,
            ]}
          />
        }
      />
    </Page>
  );
}
