using Appliance.Edge.Service;
using Appliance.Icrctl;
using Appliance.Tests.Icrctl;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>The lines are those that the system tests of the update script hold it to.</summary>
public sealed class ImageStatusTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void An_image_that_runs_and_is_good_is_no_alarm()
    {
        ImageStatus image = Read(
            """{"number":2,"slot":"b","trial":false,"waiting":null,"failed":null,"reason":""}""");
        Assert.Equal(new ImageStatus { Number = 2, Slot = "b", Trial = false }, image);
        Assert.Null(image.Alarm);
        Assert.EndsWith("\nimage     2 in slot b, good", Text(image));
    }

    [Fact]
    public void One_on_trial_and_one_that_waits_are_said()
    {
        ImageStatus image = Read(
            """{"number":2,"slot":"b","trial":true,"waiting":3,"failed":null,"reason":""}""");
        Assert.Null(image.Alarm);
        Assert.EndsWith("\nimage     2 in slot b, on trial; image 3 is tried at the next start", Text(image));
    }

    [Fact]
    public void One_that_used_up_its_tries_is_an_alarm_with_its_reason()
    {
        ImageStatus image = Read(
            """{"number":1,"slot":"a","trial":false,"waiting":null,"failed":2,"reason":"not healthy"}""");
        Assert.Equal(
            "image 2 did not stay up in its tries (not healthy); image 1 runs again; install one with a higher number",
            image.Alarm);
        Assert.Contains("left no reason", (image with { Reason = "" }).Alarm);
        Assert.EndsWith("\nimage     1 in slot a, good; image 2 FAILED", Text(image));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"number\":1")]
    [InlineData("{\"slot\":\"a\"}")]
    public void What_cannot_be_understood_says_nothing(string text)
    {
        File.WriteAllText(file, text);
        Assert.Null(ImageStatus.Read(file));
        Assert.Null(ImageStatus.Read(file + ".none"));
    }

    private static string Text(ImageStatus image) => StatusText.Whole(BoxStatusMaker.Good() with { Image = image });

    private ImageStatus Read(string line)
    {
        File.WriteAllText(file, line + "\n");
        ImageStatus? image = ImageStatus.Read(file);
        Assert.NotNull(image);
        return image;
    }
}
