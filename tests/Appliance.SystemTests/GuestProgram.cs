using Appliance.SystemTests.Time.Guest;

namespace Appliance.SystemTests;

/// <summary>
/// What a test runs in a machine of its own, where it may do what nobody may do to the one that runs the tests.
/// </summary>
internal static class GuestProgram
{
    /// <summary>The scene that is named first, with the folder named second.</summary>
    public static int Main(string[] arguments)
    {
        if (arguments is not [SteppedClock.Command, string folder])
        {
            Console.Error.WriteLine($"usage: {SteppedClock.Command} FOLDER; in a machine whose clock may be turned");
            return 2;
        }

        SteppedClock.Run(folder);
        return 0;
    }
}
