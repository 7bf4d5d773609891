// Goes through the steps of a run: by slider, buttons and keys, by itself, and after a live run.

const PACE = 120; // milliseconds a step is shown while playing
const BEHIND = 40; // steps that a live run may be ahead before some are skipped

export class Player {
  constructor({ slider, play, back, forward, text }, show) {
    Object.assign(this, { slider, playButton: play, back, forward, text, show });
    this.run = null;
    this.step = 0;
    this.timer = null;
    this.isLive = false;
    slider.addEventListener("input", () => this.go(Number(slider.value)));
    back.addEventListener("click", () => this.go(this.step - 1));
    forward.addEventListener("click", () => this.go(this.step + 1));
    play.addEventListener("click", () => this.toggle());
  }

  // Follows a run that has just begun.
  follow(run) {
    this.run = run;
    this.step = this.slider.max = 0;
    this.isLive = true;
    this.start();
  }

  // The run has got another step.
  grew() {
    this.slider.max = this.run.last;
    if (this.run.last === 1) this.present(0);
    else this.label();
  }

  ended() {
    this.isLive = false;
    if (!this.run.steps.length) this.pause();
  }

  toggle() {
    if (this.timer !== null) return this.pause();
    if (!this.isLive && this.step === this.run.last) this.present(0);
    this.start();
  }

  start() {
    this.timer ??= setInterval(() => this.tick(), PACE);
    this.label();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.label();
  }

  tick() {
    const { last } = this.run;
    if (this.step < last) {
      this.present(this.isLive ? Math.max(this.step + 1, last - BEHIND) : this.step + 1);
    }
    if (this.step === last && !this.isLive) this.pause();
  }

  // Shows a step that somebody asked for, which ends the playing.
  go(step) {
    if (!this.run?.steps.length) return;
    this.pause();
    this.present(Math.min(Math.max(step, 0), this.run.last));
  }

  present(step) {
    this.step = step;
    this.slider.value = step;
    this.label();
    this.show(step);
  }

  label() {
    const last = this.run?.last ?? 0;
    const isPlaying = this.timer !== null;
    this.playButton.textContent = isPlaying ? "Pause" : "Play";
    if (last < 0) return;
    this.back.setAttribute("aria-disabled", String(this.step === 0));
    this.forward.setAttribute("aria-disabled", String(this.step === last));
    this.text.value = `${this.step} / ${last}`;
    const words = `${this.step} of ${last}, ${this.run.steps[this.step].masked} masked`;
    this.slider.setAttribute("aria-valuetext", words);
  }
}
