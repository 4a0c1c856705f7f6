using System.Text;
using Appliance.Linux;
using Appliance.Retention.Archive;

namespace Appliance.Retention.AddressPlan;

/// <summary>
/// The address plan of a store: one CSV file in its data folder, replaced as a whole by an import. It is a file and
/// not a table because nothing else says it: store.db holds what can be made again, and may be thrown away.
/// </summary>
internal static class PlanStore
{
    public const string FileName = "address-plan.csv";

    /// <summary>The plan of a store; null where none was imported.</summary>
    /// <exception cref="ArchiveException">The file is not a plan.</exception>
    public static Plan? ReadOf(StoreFolder folder)
    {
        string file = PathOf(folder);
        return File.Exists(file) ? Read(file) : null;
    }

    /// <summary>Reads a plan from a file.</summary>
    /// <exception cref="ArchiveException">It cannot be read, or it is not a plan.</exception>
    public static Plan Read(string file)
    {
        try
        {
            return PlanFile.TryParse(File.ReadLines(file), out List<PlanEntry> entries, out string problem)
                ? new Plan(entries)
                : throw new ArchiveException($"{file}: {problem}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"{file} cannot be read: {failure.Message}; give an address plan", failure);
        }
    }

    /// <summary>
    /// Replaces the plan of a store; durable when it returns, the old one or the new one at any moment.
    /// </summary>
    public static void Replace(StoreFolder folder, Plan plan)
    {
        var text = new StringBuilder(PlanFile.Header).Append('\n');
        foreach (PlanEntry entry in plan.Entries)
        {
            text.Append(PlanFile.Line(entry)).Append('\n');
        }

        DurableFile.MakeFolder(folder.Root);
        string file = PathOf(folder);
        DurableFile.Put(file, file + ".part", Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string PathOf(StoreFolder folder) => Path.Combine(folder.Root, FileName);
}
