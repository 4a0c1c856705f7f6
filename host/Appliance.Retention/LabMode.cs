namespace Appliance.Retention;

/// <summary>Custody of the day keys is not split yet; every program that uses them says so once.</summary>
internal static class LabMode
{
    public const string Sentence = "lab mode: custody is not split, this machine holds every day key";

    public static void Say(TextWriter errors) => errors.WriteLine($"retention: {Sentence}");
}
