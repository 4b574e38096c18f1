"""The `kg` command, and `python -m kg`: where both begin."""

import signal


def main() -> None:
    """Run the command and exit. Until the command decides what an interrupt does, it ends the process without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from kg.cli import main as command

    command()


if __name__ == "__main__":
    main()
