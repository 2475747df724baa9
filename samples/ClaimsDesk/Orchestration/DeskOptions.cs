using Claims;

namespace ClaimsDesk;

/// <summary>The options are those of the sample Claims; some have other defaults here.</summary>
static class DeskOptions
{
    const int RowsDefault = 2_000;

    public const string HelpText = """
        ClaimsDesk: claims of wildlife strikes are handled by agents whose model makes mistakes and believes what it reads, behind a gate that does not, while the worker is killed again and again.

          --rows N              read N records (2000)
          --file CSV            the file to read (the strikes that come with the sample)
          --db PATH             the engine's file; kept, and must not exist before (a temporary one)
          --ledger DIR          where the ledgers go (beside the engine's file)
          --kills N             how often the worker is killed (3)
          --seed S              repeats the model's mischief, faults, answers and kill moments (1)
          --deadline-seconds N  how long a payment waits for a person (8)
          --json                print the audit's outcome as one line of JSON, last
          --help                this text

        The exit code is 0 when the audit passed, 1 when it failed, 2 when the run could not be carried out as asked for.
        """;

    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = Options.Parse(arguments);
        return options with { Rows = options.Rows == int.MaxValue ? RowsDefault : options.Rows, Kills = options.Kills ?? 3 };
    }
}
