import {
  Maximize,
  PanelLeftOpen,
  Redo2,
  StickyNote,
  Undo2,
  WandSparkles,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { useStore } from 'zustand';
import { IconButton } from '../ui/button.tsx';
import { COMMAND_KEY } from '../ui/kbd.tsx';
import { useSession, useUi } from './session.tsx';
import { useCanvasText } from './texts.ts';
import type { CanvasCommands } from './use-commands.ts';

/** The small tools over the canvas: undo, view, layout, notes. */
export function CanvasToolbar({ commands }: { commands: CanvasCommands }) {
  const { flow, ui, isReadOnly } = useSession();
  const t = useCanvasText();
  const canUndo = useStore(flow.temporal, (history) => history.pastStates.length > 0);
  const canRedo = useStore(flow.temporal, (history) => history.futureStates.length > 0);
  const isPaletteOpen = useUi((state) => state.isPaletteOpen);

  return (
    <div
      role="toolbar"
      aria-label={t('tools')}
      className="absolute top-3 left-3 z-10 flex gap-0.5 rounded-lg border border-border bg-card p-0.5 shadow-raised"
    >
      {!isReadOnly && !isPaletteOpen && (
        <IconButton label={t('openPalette')} onClick={() => ui.setState({ isPaletteOpen: true })}>
          <PanelLeftOpen aria-hidden />
        </IconButton>
      )}
      {!isReadOnly && (
        <>
          <IconButton
            label={t('undo')}
            shortcut={`${COMMAND_KEY} Z`}
            disabled={!canUndo}
            onClick={commands.undo}
          >
            <Undo2 aria-hidden />
          </IconButton>
          <IconButton
            label={t('redo')}
            shortcut={`⇧ ${COMMAND_KEY} Z`}
            disabled={!canRedo}
            onClick={commands.redo}
          >
            <Redo2 aria-hidden />
          </IconButton>
        </>
      )}
      <IconButton label={t('zoomIn')} onClick={commands.zoomIn}>
        <ZoomIn aria-hidden />
      </IconButton>
      <IconButton label={t('zoomOut')} onClick={commands.zoomOut}>
        <ZoomOut aria-hidden />
      </IconButton>
      <IconButton label={t('fit')} shortcut="⇧ 1" onClick={commands.fit}>
        <Maximize aria-hidden />
      </IconButton>
      {!isReadOnly && (
        <>
          <IconButton label={t('tidy')} onClick={commands.tidy}>
            <WandSparkles aria-hidden />
          </IconButton>
          <IconButton label={t('addNote')} onClick={commands.addSticky}>
            <StickyNote aria-hidden />
          </IconButton>
        </>
      )}
    </div>
  );
}
