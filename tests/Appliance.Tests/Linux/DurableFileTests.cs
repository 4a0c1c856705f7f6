using Appliance.Linux;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class DurableFileTests
{
    [Fact]
    public void A_folder_named_without_a_path_is_made_in_the_present_one()
    {
        string name = "made-" + Guid.NewGuid().ToString("N");
        try
        {
            DurableFile.MakeFolder(name);
            Assert.True(Directory.Exists(Path.GetFullPath(name)));
        }
        finally
        {
            Directory.Delete(name);
        }
    }

    [Fact]
    public void Folders_above_that_are_missing_are_made_too()
    {
        string above = Directory.CreateTempSubdirectory("made-").FullName;
        try
        {
            DurableFile.MakeFolder(Path.Combine(above, "a", "b"));
            Assert.True(Directory.Exists(Path.Combine(above, "a", "b")));
        }
        finally
        {
            Directory.Delete(above, recursive: true);
        }
    }
}
