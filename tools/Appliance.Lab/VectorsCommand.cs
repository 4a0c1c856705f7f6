using System.CommandLine;
using Appliance.Lab.Vectors;

namespace Appliance.Lab;

/// <summary>
/// Writes the vectors of the batch and row formats. They come out the same on every machine, signatures included.
/// </summary>
internal static class VectorsCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> output = new("--out")
        {
            Description = "Folder that gets batch/ and rows/; files of the same name are replaced.",
            Required = true,
        };
        Command command = new("vectors", "Write the golden vectors of the format, one JSON file each.")
        {
            output,
        };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(output)));
        return command;
    }

    private static int Run(DirectoryInfo folder)
    {
        string batches = Path.Combine(folder.FullName, "batch");
        Directory.CreateDirectory(batches);
        int written = RowVectors.Write(Path.Combine(folder.FullName, "rows"));
        written += SignedVectors.Write(Path.Combine(folder.FullName, "signed"));
        foreach (VectorFile vector in VectorMaker.All())
        {
            File.WriteAllText(Path.Combine(batches, vector.Name + ".json"), vector.ToJson());
            written++;
        }

        Console.WriteLine($"{written} vectors in {folder.FullName}");
        return LabExit.Success;
    }
}
