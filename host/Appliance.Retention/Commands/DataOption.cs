using System.CommandLine;
using Appliance.Journal;
using Appliance.Retention.Archive;
using Microsoft.Data.Sqlite;

namespace Appliance.Retention.Commands;

/// <summary>What every verb on a store has in common: its folder, and how its failures end.</summary>
internal static class DataOption
{
    public const string DefaultFolder = "/var/lib/appliance-store";

    public static Option<string> Create() => new("--data")
    {
        Description = "data folder of the store",
        DefaultValueFactory = _ => DefaultFolder,
    };

    /// <summary>Runs a verb; a store that cannot be used is one line and exit 2.</summary>
    public static int Guard(TextWriter errors, Func<int> verb)
    {
        try
        {
            return verb();
        }
        catch (ArchiveException failure)
        {
            return Exit.Say(errors, Exit.BadInput, failure.Message);
        }
        catch (JournalDeviceException failure)
        {
            return Exit.Say(errors, Exit.BadInput, failure.Message);
        }
        catch (SqliteException failure)
        {
            return Exit.Say(errors, Exit.BadInput, $"store.db: {failure.Message}; see `retention verify`");
        }
        catch (IOException failure)
        {
            return Exit.Say(errors, Exit.BadInput, failure.Message);
        }
    }
}
