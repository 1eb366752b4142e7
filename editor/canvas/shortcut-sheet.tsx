import { Dialog } from '../ui/dialog.tsx';
import { COMMAND_KEY, Kbd } from '../ui/kbd.tsx';
import { useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';

const SHORTCUTS: [keys: string[], text: string][] = [
  [['/'], 'keys.quickAdd'],
  [['Tab', '⇧ Tab'], 'keys.walk'],
  [['Enter'], 'keys.inspect'],
  [['Esc'], 'keys.back'],
  [['←', '↑', '→', '↓'], 'keys.move'],
  [['c'], 'keys.connect'],
  [['Del'], 'keys.remove'],
  [[`${COMMAND_KEY} Z`], 'keys.undo'],
  [[`⇧ ${COMMAND_KEY} Z`], 'keys.redo'],
  [[`${COMMAND_KEY} C`, `${COMMAND_KEY} X`, `${COMMAND_KEY} V`], 'keys.clipboard'],
  [[`${COMMAND_KEY} D`], 'keys.duplicate'],
  [[`${COMMAND_KEY} A`], 'keys.all'],
  [[`${COMMAND_KEY} S`], 'keys.save'],
  [[`${COMMAND_KEY} Enter`], 'keys.testRun'],
  [['⇧ 1'], 'keys.fit'],
  [['?'], 'keys.help'],
];

/** All shortcuts of the canvas, opened with `?`. */
export function ShortcutSheet() {
  const { ui } = useSession();
  const t = useCanvasText();
  const isOpen = useUi((state) => state.isShortcutSheetOpen);
  return (
    <Dialog
      open={isOpen}
      onOpenChange={(open) => ui.setState({ isShortcutSheetOpen: open })}
      title={t('shortcuts')}
    >
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
        {SHORTCUTS.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
