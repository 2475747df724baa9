using System.Globalization;

namespace Claims;

/// <summary>What the user asked for.</summary>
sealed record Options
{
    /// <summary>The CSV file.</summary>
    /// <value>The 10,000 strikes that come with the sample.</value>
    public string File { get; init; } = Path.Combine(AppContext.BaseDirectory, "data", "birdstrikes.csv");

    /// <summary>How many records of it are read.</summary>
    public int Rows { get; init; } = int.MaxValue;

    /// <summary>The engine's file. One that exists is gone on with, as long as its ledgers are there too.</summary>
    /// <value>A fresh one in a directory that is removed at the end.</value>
    public string? Db { get; init; }

    /// <summary>Where the ledgers are kept.</summary>
    /// <value>Beside the engine's file.</value>
    public string? Ledger { get; init; }

    /// <summary>How often the worker is killed.</summary>
    /// <value>Five times, or as often as a small file leaves time for.</value>
    public int? Kills { get; init; }

    /// <summary>Repeats the provider's faults, the adjuster's answers and the moments of the kills.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long a claim waits for its adjuster.</summary>
    /// <value>8 seconds. Below <see cref="AdjusterScript.QuickMax"/> even quick answers come too late.</value>
    public int DeadlineSeconds { get; init; } = 8;

    /// <summary>Print the audit's outcome as one line of JSON, last.</summary>
    public bool Json { get; init; }

    public bool Help { get; init; }

    public const string HelpText = """
        Claims: 10,000 wildlife strikes become claims, each a durable run, paid once while the worker is killed again and again.

          --rows N              read N records (all)
          --file CSV            the file to read (the strikes that come with the sample)
          --db PATH             the engine's file; kept, and gone on with when it exists (a temporary one)
          --ledger DIR          where the ledgers go (beside the engine's file)
          --kills N             how often the worker is killed (5, or fewer where the work is over before)
          --seed S              repeats faults, answers and kill moments (1)
          --deadline-seconds N  how long a claim above $10,000 waits for its adjuster (8)
          --json                print the audit's outcome as one line of JSON, last
          --help                this text

        The exit code is 0 when the audit passed, 1 when it failed, 2 when the run could not be carried out
        as asked for, also when it was over before all the kills that --kills asks for.
        """;

    /// <exception cref="ArgumentException">An option is unknown or lacks its value.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            options = name switch
            {
                "--help" or "-h" => options with { Help = true },
                "--json" => options with { Json = true },
                "--rows" => options with { Rows = Number(name, value, 1) },
                "--kills" => options with { Kills = Number(name, value, 0) },
                "--seed" => options with { Seed = Number(name, value, int.MinValue) },
                "--deadline-seconds" => options with { DeadlineSeconds = Number(name, value, 1) },
                "--file" => options with { File = Text(name, value) },
                "--db" => options with { Db = Text(name, value) },
                "--ledger" => options with { Ledger = Text(name, value) },
                _ => throw new ArgumentException($"There is no option {name}; --help lists them."),
            };
            if (name is not ("--help" or "-h" or "--json")) i++;
        }
        return options;
    }

    static string Text(string name, string? value) => !string.IsNullOrWhiteSpace(value) ? value : throw new ArgumentException($"{name} needs a value.");

    static int Number(string name, string? value, int min) =>
        int.TryParse(Text(name, value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min
            ? number
            : throw new ArgumentException($"{name} {value}: expected a whole number{(min > int.MinValue ? $" from {min}" : "")}.");
}
