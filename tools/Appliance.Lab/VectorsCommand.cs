using System.CommandLine;
using Appliance.Lab.Vectors;

namespace Appliance.Lab;

/// <summary>
/// Writes the vectors of the batch format. They come out the same on every machine, signatures included.
/// </summary>
internal static class VectorsCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo> output = new("--out")
        {
            Description = "Folder for the vector files; those of the same name are replaced.",
            Required = true,
        };
        Command command = new("vectors", "Write the golden vectors of the batch format, one JSON file each.")
        {
            output,
        };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(output)));
        return command;
    }

    private static int Run(DirectoryInfo folder)
    {
        folder.Create();
        int written = 0;
        foreach (VectorFile vector in VectorMaker.All())
        {
            File.WriteAllText(Path.Combine(folder.FullName, vector.Name + ".json"), vector.ToJson());
            written++;
        }

        Console.WriteLine($"{written} vectors in {folder.FullName}");
        return LabExit.Success;
    }
}
